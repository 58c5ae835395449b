import type { RenderedArchitecture } from '../checkpoint/architecture/architecture.js';
import { InputFileError, UsageError } from '../errors.js';
import { latentSpaceOf } from '../generator/latent-space.js';

export interface Truncation {
  /** 1 leaves w as it is, 0 gives the average face; below 0 the opposite, above 1 exaggeration. Default 1. */
  readonly psi?: number;
  /** Only the first `cutoff` rows of ws are truncated. Default: all of them in StyleGAN2, 8 in StyleGAN. */
  readonly cutoff?: number;
}

/**
 * The rows of ws for one w, or for rows of W+: each is w_avg + psi · (w - w_avg), or w itself from row `cutoff` on
 * (StyleGAN2 appendix B: truncation in W). For a PGGAN, z itself, which cannot be truncated.
 * @param w [w_dim], or [rows, w_dim]
 * @param wAvg [w_dim]; only needed where psi is not 1
 * @returns [rows, w_dim], two rows per resolution
 * @throws UsageError as `checkTruncation`; InputFileError `TENSOR_MISSING` where the average is needed and missing
 */
export function truncated(
  w: Float32Array,
  wAvg: Float32Array | undefined,
  architecture: RenderedArchitecture,
  truncation: Truncation = {},
): Float32Array {
  checkTruncation(architecture, truncation);
  const { rows, dim, cutoff: usual } = latentSpaceOf(architecture);
  const { psi = 1, cutoff = usual } = truncation;
  const ws = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    const own = w.length === dim ? w : w.subarray(row * dim, (row + 1) * dim);
    ws.set(row < cutoff && psi !== 1 ? pulledToAverage(own, wAvg, psi) : own, row * dim);
  }
  return ws;
}

function pulledToAverage(w: Float32Array, wAvg: Float32Array | undefined, psi: number): Float32Array {
  if (wAvg === undefined) {
    throw new InputFileError('TENSOR_MISSING', '`psi`: the generator has no average w to truncate towards', {
      hint: 'render with psi 1',
    });
  }
  return w.map((value, i) => wAvg[i]! + psi * (value - wAvg[i]!));
}

/**
 * Checks psi and cutoff before anything is computed.
 * @throws UsageError `PSI_NOT_A_NUMBER`, `CUTOFF_OUT_OF_RANGE`; `TRUNCATION_MEANINGLESS` for a generator without W
 */
export function checkTruncation(architecture: RenderedArchitecture, { psi = 1, cutoff }: Truncation): void {
  requireTruncation(psi, cutoff);
  if (architecture.family !== 'pggan' || (psi === 1 && cutoff === undefined)) return;
  throw new UsageError(
    'TRUNCATION_MEANINGLESS',
    '`psi` and `cutoff`: expected none for a PGGAN, which has no W and normalises z: its length changes nothing',
    { hint: 'leave out `psi` and `cutoff`' },
  );
}

function requireTruncation(psi: number, cutoff: number | undefined): void {
  if (!Number.isFinite(psi)) {
    throw new UsageError('PSI_NOT_A_NUMBER', `\`psi\`: expected a finite number, found ${psi}`, {
      hint: '1 leaves faces as they are, 0.7 makes them more typical, 0 is the average face',
    });
  }
  if (cutoff !== undefined && !(Number.isInteger(cutoff) && cutoff >= 0)) {
    throw new UsageError(
      'CUTOFF_OUT_OF_RANGE',
      `\`cutoff\`: expected a whole number from 0, found ${cutoff}`,
    );
  }
}

/**
 * The one-hot label [classes] of a class, or undefined for a generator without classes.
 * @throws UsageError `CLASS_MISSING`, `CLASS_OUT_OF_RANGE` or `CLASS_UNEXPECTED`
 */
export function labelOf(
  architecture: { readonly classes: number },
  classIndex: number | undefined,
): Float32Array | undefined {
  const { classes } = architecture;
  if (classes === 0) {
    if (classIndex === undefined) return undefined;
    throw new UsageError('CLASS_UNEXPECTED', `\`class\`: the generator has no classes, found ${classIndex}`);
  }
  const range = `a whole number 0..${classes - 1}`;
  if (classIndex === undefined) {
    throw new UsageError(
      'CLASS_MISSING',
      `\`class\`: the generator has ${classes} classes, expected ${range}`,
      {
        hint: 'choose one with `class`',
      },
    );
  }
  if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex >= classes) {
    throw new UsageError('CLASS_OUT_OF_RANGE', `\`class\`: expected ${range}, found ${classIndex}`);
  }
  const label = new Float32Array(classes);
  label[classIndex] = 1;
  return label;
}

export interface SeedOptions extends Truncation {
  /** Class of a conditional generator. */
  readonly classIndex?: number;
}
