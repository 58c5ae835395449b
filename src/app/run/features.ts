import { type Checkpoint, requireRendered } from '../../checkpoint/checkpoint.js';
import type { Engine } from '../../engine/index.js';
import { optionMissing } from '../../errors.js';
import { blocksOf } from '../../generator/blocks.js';
import { requireFeatureSwap, withFeaturesOf } from '../../generator/feature-swap.js';
import { loadGenerator } from '../../generator/load-generator.js';
import { createRenderer, type Renderer, rendererOf } from '../../render/renderer.js';
import { requireSameShape } from '../../swap/compare.js';
import type { Held, ModelSource } from './models.js';

/** Features of another network, taken while the generator renders. */
export interface FeatureChoice {
  /** Go on with the features of this generator. */
  readonly featuresFrom?: ModelSource;
  /** The last resolution that it computes. */
  readonly featuresAt?: number;
  /** How much of its features: 0 is none, 1, the default, all. */
  readonly featuresAmount?: number;
}

/** The other generator of a feature swap, open and checked. */
export interface FeatureSource {
  readonly checkpoint: Checkpoint;
  readonly at: number;
  readonly amount: number;
}

/**
 * Opens what `featuresFrom` names; undefined where nothing is.
 * @throws UsageError `OPTION_MISSING`, `FEATURES_NOT_A_RESOLUTION`; as `openModel` and `requireSameShape`
 */
export async function openFeatures(
  { featuresFrom, featuresAt: at, featuresAmount: amount = 1 }: FeatureChoice,
  base: Checkpoint,
  held: Held,
): Promise<FeatureSource | undefined> {
  if (featuresFrom === undefined) {
    if (at === undefined && amount === 1) return undefined;
    throw optionMissing('featuresFrom', 'name the generator whose features are taken');
  }
  if (at === undefined) throw optionMissing('featuresAt', 'say up to which resolution, for example 32');
  requireFeatureSwap(blocksOf(requireRendered(base)), { at, amount });
  const checkpoint = await held.open(featuresFrom);
  requireSameShape(base, checkpoint);
  return { checkpoint, at, amount };
}

/** A renderer of `base`, with the features of another generator where there is one. */
export async function rendererWith(
  base: Checkpoint,
  source: FeatureSource | undefined,
  engine: Engine,
): Promise<Renderer> {
  if (source === undefined) return createRenderer(base, engine);
  const { half } = engine;
  const [own, other] = [
    await loadGenerator(base, { half }),
    await loadGenerator(source.checkpoint, { half }),
  ];
  return rendererOf(withFeaturesOf(own, other, source), engine);
}
