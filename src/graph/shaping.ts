import { node, requireGraph, sameShape, type Tensor } from './tensor.js';

/** Axes in another order: axis k of the result is axis permutation[k] of x. */
export function transpose(x: Tensor, permutation: readonly number[]): Tensor {
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  const shape = permutation.map((axis) => x.shape[axis]!);
  return node('transpose', { permutation }, [x], shape, (g) => [() => transpose(g, inverse)]);
}

/** The part start ≤ index < end along one axis. */
export function slice(x: Tensor, axis: number, start: number, end: number): Tensor {
  const extent = x.shape[axis]!;
  requireGraph(
    0 <= start && start < end && end <= extent,
    () => `slice ${start}..${end} of axis ${axis} of [${x.shape}]`,
  );
  if (start === 0 && end === extent) return x;
  const shape = x.shape.with(axis, end - start);
  return node('slice', { axis, start, end }, [x], shape, (g) => [() => pad(g, axis, start, extent - end)]);
}

/** Zeros before and after along one axis. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  if (before === 0 && after === 0) return x;
  const extent = x.shape[axis]!;
  const shape = x.shape.with(axis, before + extent + after);
  return node('pad', { axis, before, after }, [x], shape, (g) => [
    () => slice(g, axis, before, before + extent),
  ]);
}

/** Tensors one after the other along `axis`. */
export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const extents = parts.map((part) => part.shape[axis]!);
  const starts = extents.map((_, k) => extents.slice(0, k).reduce((a, b) => a + b, 0));
  const total = extents.reduce((a, b) => a + b, 0);
  const shape = parts[0]!.shape.with(axis, total);
  requireGraph(
    parts.every((part) => sameShape(part.shape.with(axis, total), shape)),
    () => `concat of ${parts.map((part) => `[${part.shape}]`).join(', ')} along axis ${axis}`,
  );
  return node('concat', { axis }, parts, shape, (g) =>
    parts.map((_, k) => () => slice(g, axis, starts[k]!, starts[k]! + extents[k]!)),
  );
}

/** x with its elements moved by one along `axis`, the last becoming the first (numpy's roll by 1). */
export function roll(x: Tensor, axis: number): Tensor {
  const last = x.shape[axis]! - 1;
  return last === 0 ? x : concat([slice(x, axis, last, last + 1), slice(x, axis, 0, last)], axis);
}
