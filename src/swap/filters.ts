import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { readFinite } from '../checkpoint/read-finite.js';
import { InputFileError } from '../errors.js';
import { shortNames } from './compare.js';
import { groupOf } from './recipe/groups.js';

/**
 * Filters are a handful of taps in 0..1. Files that normalised them in another order differ in the last bit;
 * files with another filter differ by hundredths.
 */
const TOLERANCE = 1e-6;

/**
 * Checks by value that both models resample with the same FIR filters. Weights that were trained around one filter
 * do not work with another, and an average of two filters is neither.
 * @throws InputFileError `CHECKPOINTS_DIFFER` naming the first filter that differs.
 */
export async function requireSameFilters(base: Checkpoint, transfer: Checkpoint): Promise<void> {
  for (const name of base.tensors.keys()) {
    if (groupOf(name) !== 'filters' || !transfer.tensors.has(name)) continue;
    const [a, b] = await Promise.all([readFinite(base, name), readFinite(transfer, name)]);
    const at = a.findIndex((tap, i) => !(Math.abs(tap - b[i]!) <= TOLERANCE));
    if (at < 0) continue;
    const [baseName, transferName] = shortNames(base, transfer) as [string, string];
    throw new InputFileError(
      'CHECKPOINTS_DIFFER',
      `the two models cannot be blended: ${name} differs: tap ${at} is ${a[at]} in ${baseName} and ${b[at]} in ${transferName}`,
      { hint: 'both models must have been trained with the same resampling filter' },
    );
  }
}
