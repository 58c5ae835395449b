import { type Checkpoint, requireStyleGan2 } from '../checkpoint/checkpoint.js';
import type { Engine } from '../engine/index.js';
import { optionsExclusive } from '../errors.js';
import type { Loss } from '../metric/loss.js';
import { createTuner, type Tuned, type TuningOptions, tunedCheckpoint } from '../project/pivotal-tuning.js';
import type { Latents } from '../project/projector.js';
import { createRenderer, type Renderer } from '../render/renderer.js';
import type { ToonModels } from './models.js';

type Blending = Pick<ToonModels, 'base' | 'blendOf'>;

/**
 * Tunes the base to one picture after the other, and blends each of these generators as the base itself is blended.
 */
export interface TunedBlends extends AsyncDisposable {
  /** @returns what became of the base, and its blend, which the caller disposes of */
  tune(
    target: Float32Array,
    found: Latents,
    options: TuningOptions,
  ): Promise<{ readonly tuned: Tuned; readonly inBlend: Renderer }>;
}

/**
 * @throws UsageError `OPTIONS_EXCLUSIVE` for a finished blend, `InputFileError` `ARCHITECTURE_NOT_RENDERED` for
 *   generators other than StyleGAN2
 */
export function requireTunable({ base, blendOf }: Blending): (base: Checkpoint) => Checkpoint {
  requireStyleGan2(base);
  if (blendOf !== undefined) return blendOf;
  throw optionsExclusive('blend', 'pivotal', 'a tuned base is blended anew: give its models, or a recipe');
}

/** The models have to stay open. */
export async function createTunedBlends(models: Blending, engine: Engine, loss: Loss): Promise<TunedBlends> {
  const blendOf = requireTunable(models);
  const tuner = await createTuner(models.base, engine, { loss });
  return {
    async tune(target, found, options) {
      const tuned = await tuner.tune(target, found, options);
      const blend = blendOf(tunedCheckpoint(models.base, tuned));
      return { tuned, inBlend: await createRenderer(blend, engine) };
    },
    [Symbol.asyncDispose]: () => tuner.dispose(),
  };
}
