import type { ExportedNoise } from './synthesis-graph.js';

export interface ExportSettings {
  /** `mapping` and `synthesis` as two models instead of one. Default: one. */
  readonly parts?: boolean;
  /**
   * `const`: the checkpoint's noise becomes part of the model; `input`: fed at every run; `none`. Default `const`.
   */
  readonly noise?: ExportedNoise;
  /** How many rows of latents psi truncates, or `input`. Default: all in StyleGAN2, 8 in StyleGAN. */
  readonly cutoff?: number | 'input';
  /** Store large weights as 16-bit floats; they are widened when the model is loaded. Default false. */
  readonly storeHalves?: boolean;
  /** Also compute the three highest resolutions in 16-bit floats; StyleGAN2 only. Default false. */
  readonly half?: boolean;
  readonly signal?: AbortSignal;
}
