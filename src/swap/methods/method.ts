import type { Buffers } from '../../files/buffers.js';

/** A tensor of one of the models, and its weight. */
export interface Weighted {
  /** Row-major values, 32-bit floats; all of a merge are as many. */
  readonly values: Float32Array;
  /** Weights of all models add up to 1, the base's among them, unless the method extrapolates. */
  readonly weight: number;
}

/** A way to merge tensors. docs/methods.md says how to add one. */
export interface MergeMethod {
  /** What recipes and `method` call it. */
  readonly name: string;
  /** What it computes of models m_i with weights w_i, or of the base and α_i. */
  readonly formula: string;
  /** Where it was published, or which tool it is that of. */
  readonly source: string;
  /** α may be any number, and all together more than 1. Default: each is within 0..1, and the sum at most 1. */
  readonly extrapolates?: boolean;
  /** All models count alike, whatever their α, which may be missing. */
  readonly ignoresAlpha?: boolean;
  /** The base's tensor is needed even where its weight is 0. */
  readonly needsBase?: boolean;
  /**
   * Merges tensors of one shape.
   * @param parts those that count, in the order of the recipe; the base's is the first where it is among them
   * @param buffers what the result may be taken from
   */
  merge(parts: readonly [Weighted, ...Weighted[]], buffers?: Buffers): Float32Array;
}
