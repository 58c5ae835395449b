import type { Buffers } from '../../files/buffers.js';
import { mix } from '../mix.js';
import type { MergeMethod, Weighted } from './method.js';

/** The weighted mean: what the paper does with two models. */
export const LINEAR: MergeMethod = {
  name: 'linear',
  formula: 'Σ w_i · m_i',
  source: 'Pinkney & Adler 2020, section 3',
  merge: linear,
};

/** The mean of all models, whatever their α: the weights are all alike. */
export const AVERAGE_OF_ALL: MergeMethod = {
  ...LINEAR,
  name: 'average',
  formula: 'Σ m_i / n',
  source: 'Wortsman et al. 2022, Model soups (uniform)',
  ignoresAlpha: true,
};

/** {@link LINEAR} in 32 bits throughout, as NumPy, TensorFlow and PyTorch compute it: for the cuts of other tools. */
export const SINGLE_PRECISION: MergeMethod = {
  ...LINEAR,
  name: 'single',
  source: 'the tools whose cuts are remade',
  merge: single,
};

/** Sums in 64 bits, rounded once, so that equal tensors give that tensor. */
function linear(
  [a, b, ...more]: readonly [Weighted, ...Weighted[]],
  buffers: Buffers | undefined,
): Float32Array {
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
