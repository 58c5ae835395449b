import { basename } from 'node:path';
import { type Checkpoint, requireStyleGan2 } from '../../checkpoint/checkpoint.js';
import { writeCheckpoint } from '../../checkpoint/writers/write.js';
import type { Engine } from '../../engine/index.js';
import { UsageError } from '../../errors.js';
import type { Loss } from '../../metric/loss.js';
import { psnr } from '../../metric/psnr.js';
import { fromPicture, type Picture, toPicture } from '../../picture/picture.js';
import { createTuner, type Tuned, tunedCheckpoint } from '../../project/pivotal-tuning.js';
import type { Latents } from '../../project/projector.js';
import { RECIPE_KEY } from '../../swap/recipe/recipe-keys.js';
import type { Report } from './run.js';

/** The entry of a tuned generator's metadata that says what it was made from. */
const TUNED_KEY = 'pivotal_tuning';

/**
 * Where the tuned generator goes, if there is to be one: beside the projection, unless it is said otherwise.
 * @throws UsageError `OPTION_WITHOUT`; InputFileError `ARCHITECTURE_NOT_RENDERED` for a generator that is no
 *   StyleGAN2
 */
export function generatorOutput(
  checkpoint: Checkpoint,
  latentsPath: string,
  { pivotal, tuned }: { readonly pivotal?: number; readonly tuned?: string },
): string | undefined {
  if (pivotal === undefined) {
    if (tuned === undefined) return undefined;
    throw new UsageError('OPTION_WITHOUT', '`tuned`: expected `pivotal` as well, found it alone', {
      hint: 'say by how many steps the generator is to be tuned, with `pivotal`: 350 are usual',
    });
  }
  requireStyleGan2(checkpoint);
  return tuned ?? `${latentsPath.replace(/\.safetensors$/, '')}-tuned.safetensors`;
}

/** A picture that was found in a generator. */
export interface ToTune {
  readonly checkpoint: Checkpoint;
  readonly engine: Engine;
  readonly loss: Loss;
  readonly found: Latents;
  readonly steps: number;
}

/** Tunes the generator until it makes the picture where it was found, and shows how far that is. */
export async function tuneTo(
  target: Picture,
  { checkpoint, engine, loss, found, steps }: ToTune,
  report: Report,
): Promise<Tuned> {
  const { signal } = report;
  await using tuner = await createTuner(checkpoint, engine, { loss, signal });
  const onStep = report.stage(`tuning ${basename(checkpoint.origin.path)}`, steps);
  return await tuner.tune(fromPicture(target), found, {
    steps,
    signal,
    onStep: ({ step, distance }) => onStep(step + 1, { loss: distance }),
  });
}

/** How near a tuned generator comes. */
export interface TuningDocument {
  /** Steps that were made. */
  readonly steps: number;
  /** What remains between the picture and that of the tuned generator, in the loss. */
  readonly distance: number;
  /** How near that is, in decibels. */
  readonly psnr: number;
}

export function tuningOf({ distance, image, steps }: Tuned, target: Picture): TuningDocument {
  return { steps, distance, psnr: psnr(toPicture(image), target) };
}

/**
 * Writes a tuned generator in the native form, with what its file said of it, and how it was tuned.
 * @param about the settings and the result of the search
 */
export async function writeTuned(
  path: string,
  checkpoint: Checkpoint,
  tuned: Tuned,
  about: Readonly<Record<string, string>>,
  options: { readonly force?: boolean },
): Promise<void> {
  const { steps, distance } = tuned;
  // Its weights are no longer those of the recipe.
  const { [RECIPE_KEY]: recipe, ...described } = checkpoint.metadata;
  const metadata = {
    ...described,
    [TUNED_KEY]: JSON.stringify({ ...about, pivotal: { steps, distance }, model_recipe: recipe }),
  };
  await writeCheckpoint(path, tunedCheckpoint(checkpoint, tuned), { metadata, ...options });
}
