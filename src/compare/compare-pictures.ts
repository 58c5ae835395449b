import type { Engine } from '../engine/index.js';
import { throwIfAborted, UsageError } from '../errors.js';
import { input, program } from '../graph/index.js';
import type { LossName } from '../metric/loss-spec.js';
import { fromPicture, type Picture } from '../picture/picture.js';
import type { Metric, PictureSize } from './metrics.js';

export interface MetricDistance {
  /** The metric. */
  readonly metric: LossName;
  /** 0 for equal pictures. */
  readonly distance: number;
}

/**
 * How far two pictures are apart in each of some metrics.
 *
 * @throws UsageError `PICTURE_SIZES` where they are not of one size; AbortedError
 */
export async function comparePictures(
  a: Picture,
  b: Picture,
  metrics: readonly Metric[],
  engine: Engine,
  signal?: AbortSignal,
): Promise<MetricDistance[]> {
  if (a.width !== b.width || a.height !== b.height) {
    throw new UsageError(
      'PICTURE_SIZES',
      `expected two pictures of one size, found ${a.width} x ${a.height} and ${b.width} x ${b.height} px`,
    );
  }
  return compareImages(fromPicture(a), fromPicture(b), a, metrics, engine, signal);
}

/**
 * {@link comparePictures} for pictures as numbers.
 * @param a [3, height, width], -1..1
 * @param b the same
 */
export async function compareImages(
  a: Float32Array,
  b: Float32Array,
  { width, height }: PictureSize,
  metrics: readonly Metric[],
  engine: Engine,
  signal?: AbortSignal,
): Promise<MetricDistance[]> {
  const [first, second] = ['a', 'b'].map((name) => input(name, [1, 3, height, width]));
  const distances: MetricDistance[] = [];
  // One after the other: each needs much memory for a moment.
  for (const { name, distance } of metrics) {
    throwIfAborted(signal);
    await using executable = await engine.compile(program({ distance: distance(first!, second!) }));
    const results = await executable.run({ a, b });
    distances.push({ metric: name, distance: results['distance']![0]! });
  }
  return distances;
}
