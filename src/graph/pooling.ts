import { GraphError, node, requireGraph, type Tensor } from './tensor.js';

export interface PoolOptions {
  /** Side of the square that is looked at, in pixels. */
  readonly size: number;
  readonly stride: number;
  /** Whether the last square may reach beyond the picture, where there is nothing (PyTorch's `ceil_mode`). */
  readonly ceil?: boolean;
}

/** Maximum of squares of pixels of [N, C, H, W]. Of equal pixels one gets the gradient: the first, as in PyTorch. */
export function maxPool(x: Tensor, { size, stride, ceil = false }: PoolOptions): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [outH, outW] = [pooled(h, size, stride, ceil), pooled(w, size, stride, ceil)];
  requireGraph(Math.min(outH, outW) > 0, () => `maxPool of [${x.shape}] over ${size}`);
  return node('maxPool', { size, stride }, [x], [n, c, outH, outW], (g) => [
    () => maxPoolGradient(x, g, size, stride),
  ]);
}

/** Each number of g at the place of the maximum that it is the gradient of, zeros elsewhere: x's shape. */
function maxPoolGradient(x: Tensor, g: Tensor, size: number, stride: number): Tensor {
  return node('maxPoolGradient', { size, stride }, [x, g], x.shape, () => [null, noSecondDerivative]);
}

/** How many squares there are along an axis; one that would begin beyond the end is none. */
function pooled(extent: number, size: number, stride: number, ceil: boolean): number {
  if (!ceil) return Math.floor((extent - size) / stride) + 1;
  const squares = Math.ceil((extent - size) / stride) + 1;
  return (squares - 1) * stride >= extent ? squares - 1 : squares;
}

function noSecondDerivative(): never {
  throw new GraphError('the gradient of maxPool is not differentiated again');
}
