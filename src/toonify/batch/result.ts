import type { StyleganBlendError } from '../../errors.js';

/** What became of one picture, or of one of its faces. */
export interface Result {
  readonly input: string;
  readonly output?: string;
  readonly status: 'done' | 'skipped' | 'failed';
  readonly distance?: number;
  readonly psnr?: number;
  /** The step at which an earlier run's search was taken up. */
  readonly resumedAt?: number;
  /** From reading the picture to its result on the disk. */
  readonly seconds?: number;
  readonly error?: StyleganBlendError;
}
