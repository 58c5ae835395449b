import type { StyleganBlendError } from '../../errors.js';

/** What became of one picture, or of one of its faces. */
export interface Result {
  /** The picture. */
  readonly input: string;
  /** The toon. */
  readonly output?: string;
  /** `skipped` is what an earlier run has done. */
  readonly status: 'done' | 'skipped' | 'failed';
  /** What remains between the picture and the nearest one that the base makes, in the loss. */
  readonly distance?: number;
  /** How near that is, in decibels. */
  readonly psnr?: number;
  /** The step at which an earlier run's search was taken up. */
  readonly resumedAt?: number;
  /** From reading the picture to its result on the disk. */
  readonly seconds?: number;
  /** Why there is no toon. */
  readonly error?: StyleganBlendError;
}
