import type { Buffers } from '../files/buffers.js';
import { mix } from './mix.js';

/** `single` is `linear` in 32 bits throughout, as NumPy, TensorFlow and PyTorch compute it. */
export type MergeKernel = 'linear' | 'slerp' | 'task' | 'single';

/**
 * Below this angle, in radians, the arc and the chord differ by less than a 32-bit float can tell; as close to opposite
 * directions there is no one great circle between them. Both are mixed linearly, as are tensors of zeros.
 */
const SMALL_ANGLE = 1e-4;

/**
 * Merges tensors of one shape. The first is the base's.
 *
 * @param tensors of equal length; undefined for those of weight 0, but for the base's in `task`
 * @param weights as many, adding up to 1
 * @param buffers what the result may be taken from
 */
export function merge(
  tensors: readonly (Float32Array | undefined)[],
  weights: readonly number[],
  kernel: MergeKernel,
  buffers?: Buffers,
): Float32Array {
  const parts = tensors.flatMap((values, i) =>
    values === undefined ? [] : [{ values, weight: weights[i]! }],
  );
  switch (kernel) {
    case 'linear':
      return linear(parts, buffers);
    case 'single':
      return single(parts);
    case 'slerp':
      return slerps(parts);
    case 'task':
      return task(parts);
  }
}

interface Weighted {
  readonly values: Float32Array;
  readonly weight: number;
}

/** Sums in 64 bits, rounded once, so that equal tensors give that tensor. */
function linear(parts: readonly Weighted[], buffers: Buffers | undefined): Float32Array {
  const [a, b, ...more] = parts as [Weighted, ...Weighted[]];
  if (b === undefined) return scaled(a);
  const { length } = a.values;
  const mixed = buffers?.takeFloats(length) ?? new Float32Array(length);
  // The weights of two add up to 1 by construction.
  if (more.length === 0 && a.weight === 1 - b.weight) return mix(a.values, b.values, b.weight, mixed);
  for (let i = 0; i < mixed.length; i++) {
    let sum = a.weight * a.values[i]! + b.weight * b.values[i]!;
    for (let k = 0; k < more.length; k++) sum += more[k]!.weight * more[k]!.values[i]!;
    mixed[i] = sum;
  }
  return mixed;
}

function scaled({ values, weight }: Weighted): Float32Array {
  return weight === 1 ? values : values.map((value) => weight * value);
}

/** Weights, products and sums are each rounded to 32 bits. */
function single(parts: readonly Weighted[]): Float32Array {
  const [first, ...more] = parts.map(({ values, weight }) => ({ values, weight: Math.fround(weight) }));
  const mixed = first!.values.map((value) => first!.weight * value);
  for (const { values, weight } of more) {
    for (let i = 0; i < mixed.length; i++) mixed[i] = mixed[i]! + Math.fround(weight * values[i]!);
  }
  return mixed;
}

/** base + Σ α · (model - base), in this order. */
function task([base, ...models]: readonly Weighted[]): Float32Array {
  const start = base!.values;
  const mixed = new Float32Array(start.length);
  for (let i = 0; i < mixed.length; i++) {
    const origin = start[i]!;
    let sum = origin;
    for (let k = 0; k < models.length; k++) sum += models[k]!.weight * (models[k]!.values[i]! - origin);
    mixed[i] = sum;
  }
  return mixed;
}

/** One after the other: what has been merged so far moves towards the next by that one's share of the two. */
function slerps(parts: readonly Weighted[]): Float32Array {
  let [{ values: merged, weight: total }, ...rest] = parts as [Weighted, ...Weighted[]];
  for (const { values, weight } of rest) {
    total += weight;
    merged = slerp(merged, values, weight / total);
  }
  return merged;
}

/**
 * sin((1 - t) Ω) / sin Ω · a + sin(t Ω) / sin Ω · b, where Ω is the angle between the two as vectors (Shoemake 1985).
 * Lengths are left as they are, so that t = 0 and t = 1 give the tensors themselves.
 */
function slerp(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const angle = angleBetween(a, b);
  if (!(angle > SMALL_ANGLE && angle < Math.PI - SMALL_ANGLE)) return mix(a, b, t);
  const [ofA, ofB] = [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
  const mixed = new Float32Array(a.length);
  for (let i = 0; i < mixed.length; i++) mixed[i] = ofA * a[i]! + ofB * b[i]!;
  return mixed;
}

/** In radians, 0..π; NaN where one of the two is zero. */
function angleBetween(a: Float32Array, b: Float32Array): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return Math.acos(Math.min(1, Math.max(-1, dot / Math.sqrt(ofA * ofB))));
}
