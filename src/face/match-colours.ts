import { CHANNELS, type Picture } from '../picture/picture.js';
import { fromOklab, type Oklab, toOklab } from './oklab.js';
import { featheredMask } from './paste.js';

/** Contrast is changed by no more than this factor: a flat drawing would otherwise become all noise. */
const MAX_STRETCH = 2;

/** Mean and standard deviation of each coordinate. */
interface Statistics {
  readonly mean: Oklab;
  readonly deviation: Oklab;
}

/**
 * A picture of an aligned face with the light and the tint of another one: mean and standard deviation of each
 * coordinate of Oklab become the same, as far as the mask of {@link pasteFace} shows them (Reinhard et al. 2001, in a
 * newer space).
 *
 * @param picture square; @param reference square, of any size
 */
export function matchColours(picture: Picture, reference: Picture): Picture {
  const from = statisticsOf(picture);
  const to = statisticsOf(reference);
  const data = new Uint8Array(picture.data.length);
  const stretch = from.deviation.map((deviation, i) =>
    Math.min(Math.max(deviation === 0 ? 1 : to.deviation[i]! / deviation, 1 / MAX_STRETCH), MAX_STRETCH),
  );
  for (let at = 0; at < data.length; at += CHANNELS) {
    const colour = colourAt(picture, at);
    const moved = colour.map((value, i) => to.mean[i]! + (value - from.mean[i]!) * stretch[i]!);
    data.set(fromOklab(moved as Oklab), at);
  }
  return { ...picture, data };
}

function statisticsOf(picture: Picture): Statistics {
  const { width, height } = picture;
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  let weights = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const weight = featheredMask((x + 0.5) / width, (y + 0.5) / height);
      const colour = colourAt(picture, (y * width + x) * CHANNELS);
      weights += weight;
      for (let i = 0; i < CHANNELS; i++) {
        sums[i]! += weight * colour[i]!;
        squares[i]! += weight * colour[i]! ** 2;
      }
    }
  }
  const mean = sums.map((sum) => sum / weights) as Oklab;
  const variance = (i: number) => Math.max(squares[i]! / weights - mean[i]! ** 2, 0);
  return { mean, deviation: mean.map((_, i) => Math.sqrt(variance(i))) as Oklab };
}

function colourAt({ data }: Picture, at: number): Oklab {
  return toOklab(data[at]!, data[at + 1]!, data[at + 2]!);
}
