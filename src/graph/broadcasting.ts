import { elementCount } from '../numbers/shape.js';
import { node, requireGraph, type Shape, sameShape, type Tensor } from './tensor.js';

// Numpy's rule, and what goes back through it: summing is the adjoint of repeating.

/** The same values in another shape. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  requireGraph(elementCount(x.shape) === elementCount(shape), () => `reshape of [${x.shape}] to [${shape}]`);
  return node('reshape', {}, [x], shape, (g) => [() => reshape(g, x.shape)]);
}

/** Repeats the axes of extent 1 to `shape` (same rank). */
export function expand(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  requireGraph(
    x.shape.length === shape.length &&
      x.shape.every((extent, axis) => extent === 1 || extent === shape[axis]),
    () => `expand of [${x.shape}] to [${shape}]`,
  );
  return node('expand', {}, [x], shape, (g) => [() => sumTo(g, x.shape)]);
}

/** Sum over `axes`, which stay with extent 1. */
export function sum(x: Tensor, axes: readonly number[]): Tensor {
  const shape = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  return node('sum', { axes }, [x], shape, (g) => [() => expand(g, x.shape)]);
}

/** The shape that a and b have in common after repeating axes of extent 1 (numpy's rule). */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    requireGraph(m === n || m === 1 || n === 1, () => `shapes [${a}] and [${b}] do not broadcast`);
    return Math.max(m, n);
  });
}

/** Adjoint of broadcasting: sums x down to `shape`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const axes = repeatedAxes(x.shape, shape);
  return reshape(axes.length > 0 ? sum(x, axes) : x, shape);
}

/** x repeated to `shape` by numpy's rule. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const aligned = [...Array<number>(shape.length - x.shape.length).fill(1), ...x.shape];
  return expand(reshape(x, aligned), shape);
}

function repeatedAxes(from: Shape, to: Shape): number[] {
  const offset = from.length - to.length;
  return from.flatMap((extent, axis) => (extent !== (to[axis - offset] ?? 1) ? [axis] : []));
}
