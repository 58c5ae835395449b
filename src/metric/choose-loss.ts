import { UsageError } from '../errors.js';
import { combinedLoss, LOSSES, type Loss, lpipsLoss } from './loss.js';
import { type LossName, type LossTerm, lossSpecText, parseLossSpec } from './loss-spec.js';
import { loadLpips } from './lpips/load.js';
import { smallestSide } from './lpips/lpips.js';
import { LPIPS_NAMES, type LpipsName } from './lpips/names.js';
import { requireStoredLpips, storedLpips } from './lpips/stored.js';
import { TRUNKS } from './lpips/trunks.js';

/** A loss that is ready, and what it is. */
export interface ChosenLoss {
  readonly loss: Loss;
  /** What was taken, as it can be asked for again: never `auto`. */
  readonly spec: string;
  /** Whether that was left to the program. */
  readonly isAuto: boolean;
}

/**
 * The loss of a spec: `auto`, `NAME`, or `NAME=WEIGHT,…` of lpips-vgg, lpips-squeeze, lpips-alex, pyramid and pixel.
 * `auto` is the first of these, in this order, whose weights are on this machine and which takes pictures of
 * `resolution` pixels. Weights are read, nothing is downloaded.
 *
 * @throws UsageError `LOSS_MALFORMED`, `LOSS_UNKNOWN`, `PICTURE_TOO_SMALL`; InputFileError `WEIGHTS_NOT_PULLED`, and
 *   those of `loadLpips`
 */
export async function chooseLoss(spec: string, resolution: number): Promise<ChosenLoss> {
  const parsed = parseLossSpec(spec);
  const terms = parsed === 'auto' ? [{ name: bestFor(resolution), weight: 1 }] : parsed;
  for (const { name } of terms) if (isLpips(name)) requireSide(name, resolution);
  const losses = await Promise.all(
    terms.map(async ({ name, weight }: LossTerm) => ({ loss: await lossOf(name), weight })),
  );
  return { loss: combinedLoss(losses), spec: lossSpecText(terms), isAuto: parsed === 'auto' };
}

function bestFor(resolution: number): LossName {
  const fits = (name: LpipsName) => smallestSide(TRUNKS[name]) <= resolution;
  return LPIPS_NAMES.find((name) => fits(name) && storedLpips(name) !== undefined) ?? 'pyramid';
}

async function lossOf(name: LossName): Promise<Loss> {
  return isLpips(name) ? lpipsLoss(await loadLpips(name, requireStoredLpips(name))) : LOSSES[name];
}

function isLpips(name: LossName): name is LpipsName {
  return (LPIPS_NAMES as readonly string[]).includes(name);
}

function requireSide(name: LpipsName, resolution: number): void {
  const smallest = smallestSide(TRUNKS[name]);
  if (resolution >= smallest) return;
  throw new UsageError(
    'PICTURE_TOO_SMALL',
    `\`loss\` ${name}: expected a generator of at least ${smallest} px, found ${resolution} px`,
    { hint: 'use pyramid, or auto for the best loss that is possible' },
  );
}
