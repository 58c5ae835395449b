import { mix } from '../mix.js';
import type { MergeMethod, Weighted } from './method.js';

/** Along the great circle between two tensors as vectors, so that the mean of two does not shrink. */
export const SLERP: MergeMethod = {
  name: 'slerp',
  formula: 'sin((1 - t) Ω) / sin Ω · a + sin(t Ω) / sin Ω · b, one model after the other',
  source: 'Shoemake 1985, Animating rotation with quaternion curves',
  merge: slerps,
};

/**
 * Below this angle, in radians, the arc and the chord differ by less than a 32-bit float can tell; as close to
 * opposite directions there is no one great circle between them. Both are mixed linearly, as are tensors of zeros.
 */
const SMALL_ANGLE = 1e-4;

/** One after the other: what has been merged so far moves towards the next by that one's share of the two. */
function slerps([first, ...rest]: readonly [Weighted, ...Weighted[]]): Float32Array {
  let { values: merged, weight: total } = first;
  for (const { values, weight } of rest) {
    total += weight;
    merged = slerp(merged, values, weight / total);
  }
  return merged;
}

/**
 * Ω is the angle between the two. Lengths are left as they are, so that t = 0 and t = 1 give the tensors themselves.
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
