import { extname } from 'node:path';
import { requireFitting } from '../../app/shared/latents-fit.js';
import { openNamed } from '../../app/shared/named-models.js';
import { type Checkpoint, requireRendered } from '../../checkpoint/checkpoint.js';
import type { Engine } from '../../engine/index.js';
import { throwIfAborted, UsageError } from '../../errors.js';
import { amountsOfMorph, type MorphOptions, morph } from '../../explore/morph.js';
import { fromPicture, type Picture } from '../../picture/picture.js';
import { readPicture } from '../../picture/read-picture.js';
import { loadLatents } from '../../project/latents.js';
import { createProjector, plannedSteps } from '../../project/projector.js';
import { labelOf } from '../../render/styles.js';
import { requireSameShape } from '../../swap/compare.js';
import type { Side } from '../../swap/recipe/recipe.js';
import { chosenLoss } from '../chosen-loss.js';
import { chosenEngine } from '../engine.js';
import { checkFilmOutput, writeFrames } from '../film-output.js';
import { type FilmChoice, frameCount } from '../options/film-options.js';
import type { EngineChoice } from '../options/options.js';
import { type SearchChoice, searchSettings } from '../options/search-options.js';
import type { Context, Outcome } from '../outcome.js';

interface MorphCommandOptions extends FilmChoice, EngineChoice, SearchChoice {
  readonly base: string;
  readonly transfer: string;
  readonly swap: number;
  readonly ramp?: number;
  readonly structure: Side;
  readonly class?: number;
  readonly oneWay?: true;
}

const SECONDS = 4;

/** `blend morph SOURCE`: a film from a picture's own projection to its counterpart in the blend. */
export async function morphCommand(
  source: string,
  options: MorphCommandOptions,
  context: Context,
): Promise<Outcome> {
  const { swap, ramp, structure } = options;
  const models = await openNamed([options.base, options.transfer]);
  try {
    const [base, transfer] = [models[0]!, models.at(-1)!];
    if (base === transfer) {
      throw new UsageError('MODELS_EQUAL', '--transfer: expected another model than --base, found the same');
    }
    requireSameShape(base.checkpoint, transfer.checkpoint);
    labelOf(requireRendered(base.checkpoint), options.class);
    const paths = { base: base.checkpoint.origin.path, transfer: transfer.checkpoint.origin.path };
    await checkFilmOutput(options, [source, ...Object.values(paths)]);
    const engine = await chosenEngine(options, context.terminal);
    const latents = await latentsOf(source, base.checkpoint, engine, options, context);
    const settings: MorphOptions = {
      blend: { base, transfer, swap, ramp, structure },
      latents,
      frames: frameCount(options, SECONDS),
      back: options.oneWay !== true,
      signal: context.signal,
    };
    const described = { swap, ramp, structure };
    const total = amountsOfMorph(settings).length;
    return await writeFrames(morph(engine, settings), total, options, paths, described, context);
  } finally {
    await Promise.all(models.map(({ checkpoint }) => checkpoint.close()));
  }
}

/** What `blend project` has saved; any other file is a picture, which is projected now. */
async function latentsOf(
  source: string,
  base: Checkpoint,
  engine: Engine,
  options: MorphCommandOptions,
  { signal, terminal }: Context,
): Promise<MorphOptions['latents']> {
  if (extname(source).toLowerCase() === '.safetensors') {
    const latents = await loadLatents(source);
    requireFitting(latents, source, base);
    return latents;
  }
  const architecture = requireRendered(base);
  const target: Picture = await readPicture(source, architecture.resolution);
  const { profile, steps, seed, space, pull, discardNoise } = searchSettings(options);
  const { loss } = await chosenLoss(options.loss, architecture.resolution, terminal);
  const label = labelOf(architecture, options.class);
  const projector = await createProjector(base, engine, { loss, label, space, pull });
  const total = plannedSteps(profile, steps, architecture.resolution);
  const progress = await terminal.progress({ label: source, total });
  try {
    throwIfAborted(signal);
    const onStep = ({ step, loss: found }: { step: number; loss: number }) =>
      progress.update(step + 1, { loss: found });
    const search = { profile, steps, seed, discardNoise, signal, onStep };
    return (await projector.project(fromPicture(target), search)).best;
  } finally {
    progress.finish();
    await projector.dispose();
  }
}
