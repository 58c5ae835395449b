import { UsageError } from '../errors.js';
import type { Tensor } from '../graph/index.js';
import { LOSSES } from '../metric/loss.js';
import { LOSS_NAMES, type LossName } from '../metric/loss-spec.js';
import { type LpipsFiles, type LpipsWeights, loadLpips } from '../metric/lpips/load.js';
import { lpipsBetween, lpipsFeatures, smallestSide } from '../metric/lpips/lpips.js';
import { LPIPS_NAMES, type LpipsName } from '../metric/lpips/names.js';
import { requireStoredLpips, storedLpips } from '../metric/lpips/stored.js';
import { TRUNKS } from '../metric/lpips/trunks.js';

/** A way of telling how far two pictures of any size are apart. */
export interface Metric {
  readonly name: LossName;
  /**
   * @param a [1, 3, H, W], -1..1
   * @param b the same
   * @returns shape [1], 0 for equal pictures
   */
  distance(a: Tensor, b: Tensor): Tensor;
}

export interface PictureSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** A metric that cannot be had, and why. */
export interface AbsentMetric {
  /** The metric. */
  readonly metric: LossName;
  /** Why it cannot be had. */
  readonly reason: string;
}

/** What a network sees of larger pictures does not fit into the memory of most machines: 1 kB for each pixel. */
const MAX_LPIPS_PIXELS = 2048 ** 2;

/** The pyramid's halvings end here. */
const COARSEST = 8;

/** LPIPS as its authors compute it, of pictures as they are; the projector averages large ones down first. */
export function lpipsMetric(weights: LpipsWeights): Metric {
  return {
    name: weights.name,
    distance: (a, b) => lpipsBetween(weights, lpipsFeatures(weights, a), lpipsFeatures(weights, b)),
  };
}

/**
 * A metric by its name.
 * @param files where the weights of an LPIPS are; those that `blend models` knows unless given
 * @throws UsageError `METRIC_NOT_FOR_SIZE`; InputFileError `WEIGHTS_NOT_PULLED`, and those of `loadLpips`
 */
export async function openMetric(name: LossName, size: PictureSize, files?: LpipsFiles): Promise<Metric> {
  const fault = sizeFault(name, size);
  if (fault !== undefined) {
    throw new UsageError('METRIC_NOT_FOR_SIZE', `${name}: ${fault}, found ${size.width} x ${size.height} px`);
  }
  if (!isLpips(name)) return { name, distance: LOSSES[name].distance };
  return lpipsMetric(await loadLpips(name, files ?? requireStoredLpips(name)));
}

/** Every metric that is possible for pictures of this size on this machine, and why the others are not. */
export async function availableMetrics(
  size: PictureSize,
): Promise<{ metrics: Metric[]; absent: AbsentMetric[] }> {
  const [metrics, absent]: [Metric[], AbsentMetric[]] = [[], []];
  for (const metric of LOSS_NAMES) {
    const isHere = !isLpips(metric) || storedLpips(metric) !== undefined;
    const reason = isHere ? sizeFault(metric, size) : `weights are not here: blend models pull ${metric}`;
    if (reason === undefined) metrics.push(await openMetric(metric, size));
    else absent.push({ metric, reason });
  }
  return { metrics, absent };
}

/** What a metric expects of pictures, where these are not like that. */
function sizeFault(name: LossName, { width, height }: PictureSize): string | undefined {
  if (name === 'pyramid' && !canBeHalved(width, height)) {
    return `expected sides that can be halved down to ${COARSEST} px`;
  }
  if (!isLpips(name)) return undefined;
  const smallest = smallestSide(TRUNKS[name]);
  if (Math.min(width, height) < smallest) return `expected sides of at least ${smallest} px`;
  if (width * height > MAX_LPIPS_PIXELS) return 'expected at most 2048 x 2048 px';
  return undefined;
}

function canBeHalved(width: number, height: number): boolean {
  let [w, h] = [width, height];
  while (w > COARSEST) {
    if (w % 2 !== 0 || h % 2 !== 0) return false;
    [w, h] = [w / 2, h / 2];
  }
  return true;
}

function isLpips(name: LossName): name is LpipsName {
  return (LPIPS_NAMES as readonly string[]).includes(name);
}
