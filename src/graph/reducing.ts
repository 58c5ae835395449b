import { sum } from './broadcasting.js';
import { scale } from './elementwise.js';
import { node, requireGraph, type Tensor } from './tensor.js';

/** Mean over `axes` (all of them unless given), which stay with extent 1. */
export function mean(x: Tensor, axes: readonly number[] = x.shape.map((_, axis) => axis)): Tensor {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  return scale(sum(x, axes), 1 / count);
}

/** Mean of each factor x factor square of pixels of [N, C, H, W]; H and W are multiples of the factor. */
export function averagePool(x: Tensor, factor: number): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  requireGraph(h % factor === 0 && w % factor === 0, () => `averagePool of [${x.shape}] by ${factor}`);
  return node('averagePool', { factor }, [x], [n, c, h / factor, w / factor], (g) => [
    () => scale(repeat(g, factor), 1 / factor ** 2),
  ]);
}

/** Every pixel of [N, C, H, W] becomes a factor x factor square (nearest neighbour). */
export function repeat(x: Tensor, factor: number): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return node('repeat', { factor }, [x], [n, c, h * factor, w * factor], (g) => [
    () => scale(averagePool(g, factor), factor ** 2),
  ]);
}
