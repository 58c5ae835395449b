import { add, averagePool, mean, reshape, scale, square, sub, type Tensor } from '../graph/index.js';
import type { LpipsWeights } from './lpips/load.js';
import { averagedDown, lpipsBetween, lpipsFeatures } from './lpips/lpips.js';

/** A distance between a rendered picture and the target, as a graph. */
export interface Loss {
  /** Short name, kept with the results. */
  readonly name: string;
  /**
   * Whether the name says everything: no weights are part of it, so that compiled steps can be kept under the name.
   */
  readonly isPlain?: boolean;
  /** Weight of the noise regulariser that suits the size of this loss; the reference has 1e5 beside LPIPS. */
  readonly noiseWeight: number;
  /**
   * @param image [1, 3, R, R], about -1..1
   * @param target the same
   * @returns shape [1], 0 for equal pictures
   */
  distance(image: Tensor, target: Tensor): Tensor;
}

/** Mean squared difference of the pixels. */
export const pixelLoss: Loss = {
  name: 'pixel',
  isPlain: true,
  noiseWeight: 0.1,
  distance: (image, target) => reshape(mean(square(sub(image, target))), [1]),
};

/**
 * Mean squared difference on a pyramid: of the pixels, and of the pictures halved again and again down to
 * 8 px. Coarse levels pull from far away, the fine ones settle the details.
 */
export const pyramidLoss: Loss = {
  name: 'pyramid',
  isPlain: true,
  noiseWeight: 0.1,
  distance(image, target) {
    const terms: Tensor[] = [];
    let difference = sub(image, target);
    for (;;) {
      terms.push(mean(square(difference)));
      if (difference.shape[3]! <= COARSEST) break;
      difference = averagePool(difference, 2);
    }
    return reshape(scale(terms.reduce(add), 1 / terms.length), [1]);
  },
};

const COARSEST = 8;

/** LPIPS beside the reference's weight of the noise: pictures above 256 px are averaged down to that first. */
export function lpipsLoss(weights: LpipsWeights): Loss {
  return {
    name: weights.name,
    noiseWeight: 1e5,
    distance(image, target) {
      const [features, wanted] = [image, target].map((x) => lpipsFeatures(weights, averagedDown(x)));
      return lpipsBetween(weights, features!, wanted!);
    },
  };
}

/**
 * Several losses at once, each times its weight; the noise regulariser's weight is the sum of theirs in the same way.
 */
export function combinedLoss(terms: readonly { readonly loss: Loss; readonly weight: number }[]): Loss {
  const [only] = terms;
  if (terms.length === 1 && only!.weight === 1) return only!.loss;
  return {
    name: terms.map(({ loss, weight }) => `${loss.name}=${weight}`).join(','),
    isPlain: terms.every(({ loss }) => loss.isPlain === true),
    noiseWeight: terms.reduce((total, { loss, weight }) => total + weight * loss.noiseWeight, 0),
    distance: (image, target) =>
      terms.map(({ loss, weight }) => scale(loss.distance(image, target), weight)).reduce(add),
  };
}

/** Losses that need no weights. */
export const LOSSES: Readonly<Record<'pyramid' | 'pixel', Loss>> = {
  pyramid: pyramidLoss,
  pixel: pixelLoss,
};
