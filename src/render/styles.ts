import { type Architecture, styleRows } from '../checkpoint/architecture.js';
import { UsageError } from '../errors.js';

export interface Truncation {
  /** 1 leaves w as it is, 0 gives the average face; below 0 the opposite, above 1 exaggeration. Default 1. */
  readonly psi?: number | undefined;
  /** Only the first `cutoff` rows of ws are truncated; all of them unless given. */
  readonly cutoff?: number | undefined;
}

/**
 * The rows of ws for one w: each is w_avg + psi · (w - w_avg), or w itself from row `cutoff` on (StyleGAN2
 * appendix B: truncation in W).
 * @param w [w_dim]
 * @param wAvg [w_dim]
 * @returns [rows, w_dim], two rows per resolution
 */
export function truncated(
  w: Float32Array,
  wAvg: Float32Array,
  architecture: Architecture,
  { psi = 1, cutoff }: Truncation = {},
): Float32Array {
  const rows = styleRows(architecture);
  requireTruncation(psi, cutoff);
  const pulled = w.map((value, i) => wAvg[i]! + psi * (value - wAvg[i]!));
  const ws = new Float32Array(rows * w.length);
  for (let row = 0; row < rows; row++) ws.set(row < (cutoff ?? rows) ? pulled : w, row * w.length);
  return ws;
}

function requireTruncation(psi: number, cutoff: number | undefined): void {
  if (!Number.isFinite(psi)) {
    throw new UsageError('PSI_NOT_A_NUMBER', `psi: expected a finite number, found ${psi}`, {
      hint: '1 leaves faces as they are, 0.7 makes them more typical, 0 is the average face',
    });
  }
  if (cutoff !== undefined && !(Number.isInteger(cutoff) && cutoff >= 0)) {
    throw new UsageError('CUTOFF_OUT_OF_RANGE', `cutoff: expected a whole number from 0, found ${cutoff}`);
  }
}

/**
 * The one-hot label [classes] of a class, or undefined for a generator without classes.
 * @throws UsageError `CLASS_MISSING`, `CLASS_OUT_OF_RANGE` or `CLASS_UNEXPECTED`
 */
export function labelOf(
  architecture: Architecture,
  classIndex: number | undefined,
): Float32Array | undefined {
  const { classes } = architecture;
  if (classes === 0) {
    if (classIndex === undefined) return undefined;
    throw new UsageError('CLASS_UNEXPECTED', `class: the generator has no classes, found ${classIndex}`);
  }
  const range = `a whole number 0..${classes - 1}`;
  if (classIndex === undefined) {
    throw new UsageError('CLASS_MISSING', `class: the generator has ${classes} classes, expected ${range}`, {
      hint: 'choose one with --class',
    });
  }
  if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex >= classes) {
    throw new UsageError('CLASS_OUT_OF_RANGE', `class: expected ${range}, found ${classIndex}`);
  }
  const label = new Float32Array(classes);
  label[classIndex] = 1;
  return label;
}
