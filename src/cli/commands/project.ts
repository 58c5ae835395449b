import { basename, extname } from 'node:path';
import { FAMILY_KEY, stylesOfLatents } from '../../app/shared/latents-fit.js';
import { generatorOutput, tuneTo, tuningOf, writeTuned } from '../../app/shared/pivotal.js';
import { type Checkpoint, requireRendered } from '../../checkpoint/checkpoint.js';
import { openModel } from '../../checkpoint/names.js';
import type { Engine } from '../../engine/index.js';
import { throwIfAborted } from '../../errors.js';
import { checkOutput, requireDistinct } from '../../files/outputs.js';
import { latentSpaceOf } from '../../generator/latent-space.js';
import type { Loss } from '../../metric/loss.js';
import { psnr } from '../../metric/psnr.js';
import { checkFilm, writeFilm } from '../../picture/film/film.js';
import { fromPicture, type Picture, toPicture } from '../../picture/picture.js';
import { readPicture } from '../../picture/read-picture.js';
import { saveLatents } from '../../project/latents.js';
import { createProjector, type Projection, plannedSteps } from '../../project/projector.js';
import { STATE_SUFFIX, searchBinding } from '../../project/search-binding.js';
import { FILM_FPS, stepsPerFrame } from '../../project/search-film.js';
import { keepState, type StateKeeper } from '../../project/search-state.js';
import { createRenderer } from '../../render/renderer.js';
import { labelOf } from '../../render/styles.js';
import { chosenLoss } from '../chosen-loss.js';
import { chosenEngine } from '../engine.js';
import type { CommonOptions, EngineChoice } from '../options/options.js';
import { type SearchChoice, type SearchSettings, searchSettings } from '../options/search-options.js';
import type { Context, Outcome } from '../outcome.js';

interface ProjectOptions extends CommonOptions, EngineChoice, SearchChoice {
  readonly network?: string;
  readonly class?: number;
  readonly out?: string;
  readonly progressFilm?: string;
  readonly tuned?: string;
}

/** `blend project MODEL PICTURE`: finds w and noise of a picture and saves them. */
export async function projectCommand(
  model: string,
  picturePath: string,
  options: ProjectOptions,
  context: Context,
): Promise<Outcome> {
  const { force, progressFilm: film } = options;
  const out = options.out ?? `${basename(picturePath, extname(picturePath))}.safetensors`;
  if (film !== undefined) await checkFilm(film, { fps: FILM_FPS });
  const checkpoint = await openModel(model, { network: options.network });
  try {
    const architecture = requireRendered(checkpoint);
    const label = labelOf(architecture, options.class);
    const target = await readPicture(picturePath, architecture.resolution);
    const generator = generatorOutput(checkpoint, out, options);
    const outputs = [out, generator, film].filter((output) => output !== undefined);
    requireDistinct(outputs);
    for (const output of outputs) {
      await checkOutput(output, { force, inputs: [checkpoint.origin.path, picturePath] });
    }

    const { loss, spec } = await chosenLoss(options.loss, architecture.resolution, context.terminal);
    const settings = { ...searchSettings(options), loss: spec };
    const about = await describeSearch(checkpoint, settings, options);
    const kept = await keepState(`${out}${STATE_SUFFIX}`, {
      binding: searchBinding(about, target),
      signal: context.signal,
    });
    const { projection, frames, engine } = await search(
      checkpoint,
      target,
      { loss, label, settings, kept },
      options,
      context,
    );
    const { w, noise, distance, image } = projection.best;
    const quality = psnr(toPicture(image), target);
    const bent =
      options.pivotal === undefined
        ? undefined
        : await tuneTo(
            target,
            { checkpoint, engine, loss, found: projection.best, steps: options.pivotal },
            context,
          );
    const { name, dim } = latentSpaceOf(architecture);
    const metadata = {
      ...about,
      steps: String(projection.steps),
      distance: String(distance),
      psnr: quality.toFixed(2),
      engine: engine.description,
    };
    await saveLatents(out, { space: name, w, rows: w.length / dim, noise }, metadata, { force });
    if (film !== undefined) {
      await writeFilm(film, frames, { fps: FILM_FPS, force, signal: context.signal });
    }
    if (bent !== undefined) await writeTuned(generator!, checkpoint, bent, metadata, { force });
    await kept.remove();
    context.terminal.info(
      `distance ${distance.toPrecision(3)}, PSNR ${quality.toFixed(1)} dB after ${projection.steps} steps`,
    );
    const pivotal = bent && tuningOf(bent, target);
    if (pivotal !== undefined) {
      context.terminal.info(
        `tuned: distance ${pivotal.distance.toPrecision(3)}, PSNR ${pivotal.psnr.toFixed(1)} dB after ${pivotal.steps} steps`,
      );
    }
    return {
      document: {
        model: checkpoint.origin.path,
        input: picturePath,
        output: out,
        ...(film === undefined ? {} : { film }),
        ...settings,
        steps: projection.steps,
        engine: engine.description,
        distance,
        psnr: quality,
        ...(pivotal === undefined ? {} : { generator, pivotal }),
      },
      lines: outputs,
    };
  } finally {
    await checkpoint.close();
  }
}

interface SearchResult {
  readonly projection: Projection;
  readonly frames: readonly Picture[];
  /** What computed it. */
  readonly engine: Engine;
}

interface SearchParts {
  readonly loss: Loss;
  readonly label: Float32Array | undefined;
  readonly settings: SearchSettings;
  readonly kept: StateKeeper;
}

async function search(
  checkpoint: Checkpoint,
  target: Picture,
  { loss, label, settings, kept }: SearchParts,
  options: ProjectOptions,
  { signal, terminal }: Context,
): Promise<SearchResult> {
  const { space, pull, profile, steps, seed, discardNoise } = settings;
  const engine = await chosenEngine(options, terminal);
  const projector = await createProjector(checkpoint, engine, { loss, label, space, pull });
  throwIfAborted(signal);
  const renderer = options.progressFilm === undefined ? undefined : await createRenderer(checkpoint, engine);
  const frames: Picture[] = [];
  const total = plannedSteps(profile, steps, target.width);
  const every = stepsPerFrame(total);
  if (kept.resume !== undefined) terminal.info(`going on at step ${kept.resume.step} of an earlier run`);
  const progress = await terminal.progress({ label: basename(checkpoint.origin.path), total });
  try {
    const projection = await projector.project(fromPicture(target), {
      profile,
      steps,
      seed,
      discardNoise,
      signal,
      resume: kept.resume,
      onState: kept.onState,
      async onStep({ step, loss, w, noise }) {
        progress.update(step + 1, { loss });
        if (renderer !== undefined && step % every === 0) {
          frames.push(await renderer.picture(stylesOfLatents(w, renderer, {}), noise));
        }
      },
    });
    return {
      projection,
      frames: [...frames, toPicture(projection.best.image)],
      engine,
    };
  } finally {
    progress.finish();
    await projector.dispose();
    await renderer?.dispose();
  }
}

/** What a saved projection says of itself. No names of files: those say nothing on another machine. */
async function describeSearch(
  checkpoint: Checkpoint,
  settings: SearchSettings,
  { class: classIndex }: ProjectOptions,
): Promise<Record<string, string>> {
  return {
    [FAMILY_KEY]: checkpoint.architecture.family,
    model_sha256: await checkpoint.sha256(),
    profile: settings.profile,
    steps: String(settings.steps),
    seed: String(settings.seed),
    loss: settings.loss,
    space: settings.space,
    pull: String(settings.pull),
    ...(settings.discardNoise ? { noise: 'discarded' } : {}),
    ...(classIndex === undefined ? {} : { class: String(classIndex) }),
  };
}
