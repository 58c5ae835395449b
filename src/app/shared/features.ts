import { type Checkpoint, requireRendered } from '../../checkpoint/checkpoint.js';
import { openModel } from '../../checkpoint/names.js';
import { type FeatureChoice, missing } from '../../cli/options/options.js';
import type { Engine } from '../../engine/index.js';
import { blocksOf } from '../../generator/blocks.js';
import { requireFeatureSwap, withFeaturesOf } from '../../generator/feature-swap.js';
import { loadGenerator } from '../../generator/load-generator.js';
import { createRenderer, type Renderer, rendererOf } from '../../render/renderer.js';
import { requireSameShape } from '../../swap/compare.js';

/** The other generator of a feature swap, open and checked; undefined where none is asked for. */
export interface FeatureSource {
  readonly checkpoint: Checkpoint;
  readonly at: number;
  readonly amount: number;
}

/**
 * Opens what `--features-from` names. Closing it is the caller's.
 * @throws UsageError `OPTION_MISSING`, `FEATURES_NOT_A_RESOLUTION`; as `openModel` and `requireSameShape`
 */
export async function openFeatures(
  { featuresFrom, at, amount }: FeatureChoice,
  base: Checkpoint,
): Promise<FeatureSource | undefined> {
  if (featuresFrom === undefined) {
    if (at === undefined && amount === undefined) return undefined;
    throw missing('--features-from', 'name the generator whose features are taken');
  }
  if (at === undefined) throw missing('--at', 'say up to which resolution, for example --at 32');
  const swap = { at, amount: amount ?? 1 };
  requireFeatureSwap(blocksOf(requireRendered(base)), swap);
  const checkpoint = await openModel(featuresFrom);
  try {
    requireSameShape(base, checkpoint);
    return { checkpoint, ...swap };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
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
