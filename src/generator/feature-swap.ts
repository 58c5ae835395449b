import { UsageError } from '../errors.js';
import { add, scale, type Tensor } from '../graph/index.js';
import { finished, throughBlocks } from './blocks.js';
import type { BlockState, GeneratorNetwork } from './generator.js';

export interface FeatureSwap {
  /** The resolution after which features are taken from the other network, in pixels. */
  readonly at: number;
  /** How much of them: 0 is the base's own, 1 the other's; beyond that extrapolates. */
  readonly amount: number;
}

/**
 * A generator that carries on with another one's features: both networks run on the same w and noise up to the
 * resolution `at`; what they hand over there, the activations and in StyleGAN2 the picture so far, is mixed as
 * (1 - amount) · base + amount · other; the base's blocks above go on from that. With amount 1 this is the picture of
 * the weights' swap at this resolution (Pinkney & Adler 2020) exactly; in between it is the activations that are
 * interpolated, not the weights that make them.
 * @param other of the same shape as `base`, whose mapping network and noise maps are not used
 * @throws UsageError `FEATURES_NOT_A_RESOLUTION`, `AMOUNT_NOT_A_NUMBER`
 */
export function withFeaturesOf(
  base: GeneratorNetwork,
  other: GeneratorNetwork,
  swap: FeatureSwap,
): GeneratorNetwork {
  const { blocks } = base;
  const { at, amount } = swap;
  requireFeatureSwap(blocks, swap);
  const block: GeneratorNetwork['block'] = (r, before, latents, noise) => {
    const own = base.block(r, before, latents, noise);
    if (r !== at || amount === 0) return own;
    let theirs: BlockState | undefined;
    for (const below of blocks.filter((resolution) => resolution <= at)) {
      theirs = other.block(below, theirs, latents, noise);
    }
    return amount === 1 ? theirs! : mixed(own, theirs!, amount);
  };
  const synthesis: GeneratorNetwork['synthesis'] = (latents, noise) =>
    throughBlocks(blocks, (r, before) => block(r, before, latents, noise));
  return { ...base, block, synthesis };
}

/** @throws UsageError `FEATURES_NOT_A_RESOLUTION`, `AMOUNT_NOT_A_NUMBER` */
export function requireFeatureSwap(blocks: readonly number[], { at, amount }: FeatureSwap): void {
  if (!blocks.includes(at)) {
    throw new UsageError(
      'FEATURES_NOT_A_RESOLUTION',
      `at: expected a resolution of the model (${blocks.join(', ')}), found ${at}`,
    );
  }
  if (Number.isFinite(amount)) return;
  throw new UsageError('AMOUNT_NOT_A_NUMBER', `amount: expected a finite number, found ${amount}`);
}

/** Gains of two networks differ: activations are mixed as they are after them. */
function mixed(own: BlockState, theirs: BlockState, amount: number): BlockState {
  const mix = (a: Tensor, b: Tensor) => add(scale(a, 1 - amount), scale(b, amount));
  const values = mix(finished(own), finished(theirs));
  return own.picture === undefined ? { values } : { values, picture: mix(own.picture, theirs.picture!) };
}
