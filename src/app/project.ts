import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import { throwIfAborted, UsageError } from '../errors.js';
import { checkOutput, requireDistinct } from '../files/outputs.js';
import { latentSpaceOf } from '../generator/latent-space.js';
import { checkFilm, writeFilm } from '../picture/film/film.js';
import type { Picture } from '../picture/picture.js';
import { readPicture } from '../picture/read-picture.js';
import { saveLatents } from '../project/latents.js';
import { FAMILY_KEY } from '../project/latents-fit.js';
import type { Tuned } from '../project/pivotal-tuning.js';
import { FILM_FPS, type Found, openSearch, STATE_SUFFIX } from '../project/search.js';
import { type SearchChoice, type SearchSettings, searchSettings } from '../project/search-settings.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { chosenLoss } from './run/loss.js';
import { Held, type ModelSource } from './run/models.js';
import { generatorOutput, type TuningDocument, tuneTo, tuningOf, writeTuned } from './run/pivotal.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface ProjectOptions extends SearchChoice, EngineChoice, Run {
  /** Which network of a file with several. */
  readonly network?: string;
  /** Class of a conditional generator. */
  readonly class?: number;
  /**
   * Where to save w and noise (.safetensors). A search that was stopped goes on at the next call. Without it nothing
   * is written, nor is a search continued: what was found is in the answer.
   */
  readonly out?: string;
  /** With `pivotal`: where to save the tuned generator; beside `out` unless given. */
  readonly tuned?: string;
  /** A film of the search (WebP, GIF or, with ffmpeg, MP4). */
  readonly progressFilm?: string;
  /** Replace files that exist already. */
  readonly force?: boolean;
}

/** What `project` answers. */
export interface ProjectDocument extends Omit<SearchSettings, 'pivotal'> {
  /** Path of the generator. */
  readonly model: string;
  /** The picture that was searched for, where it was a file. */
  readonly input?: string;
  /** Where w and noise were saved. */
  readonly output?: string;
  /** The film of the search. */
  readonly film?: string;
  /** Steps that were made. */
  readonly steps: number;
  /** What computed. */
  readonly engine: string;
  /** What remains between the picture and the nearest one that was found, in the loss. */
  readonly distance: number;
  /** How near the nearest is, in decibels. */
  readonly psnr: number;
  /** The tuned generator. */
  readonly generator?: string;
  /** What tuning came to. */
  readonly pivotal?: TuningDocument;
}

export interface ProjectAnswer extends Answer<ProjectDocument> {
  readonly found: Found;
  /** The tensors that tuning has changed; `tunedCheckpoint` makes a generator of them. */
  readonly tuned?: Tuned;
}

/**
 * Finds the w (or W+) and noise with which a generator makes a picture, and tunes the generator to it where that is
 * wanted. For many pictures `openSearch` compiles once.
 *
 * @param picture the path of a file, of which the centre square is taken, or a picture of the generator's size
 * @throws as `openModel`, `readPicture`, `openSearch`; UsageError `OPTION_WITHOUT`; OutputError; AbortedError
 * @example const { found } = await project('toonhead', 'person.png', { space: 'w+' });
 */
export async function project(
  model: ModelSource,
  picture: string | Picture,
  options: ProjectOptions = {},
): Promise<ProjectAnswer> {
  const report = new Report(options);
  const { out, force, progressFilm: film, pivotal, signal } = options;
  if (film !== undefined) await checkFilm(film, { fps: FILM_FPS });
  await using held = new Held();
  const checkpoint = await held.open(model, { network: options.network });
  const architecture = requireRendered(checkpoint);
  const target = await targetOf(picture, architecture.resolution);
  const generator = generatorOutput(checkpoint, out ?? '', options);
  const outputs = (out === undefined ? [film] : [out, generator, film]).filter(
    (output) => output !== undefined,
  );
  requireDistinct(outputs);
  const inputs = [checkpoint.origin.path, ...(typeof picture === 'string' ? [picture] : [])];
  for (const output of outputs) await checkOutput(output, { force, inputs });

  const { loss, spec } = await chosenLoss(options.loss, architecture.resolution, report);
  const settings = searchSettings(options, spec);
  const about = await describeSearch(checkpoint, settings, options.class);
  const engine = await chosenEngine(options, report);
  await using search = await openSearch(checkpoint, engine, { settings, loss, class: options.class });
  throwIfAborted(signal);
  const frames: Picture[] = [];
  const onStep = report.stage(basename(checkpoint.origin.path), search.steps);
  const found = await search.find(target, {
    kept: out === undefined ? undefined : { path: stateOf(out), binding: about },
    signal,
    onResume: (step) => report.info(`going on at step ${step} of an earlier run`),
    onStep: (step, reached) => onStep(step, { loss: reached }),
    onFrame: film === undefined ? undefined : (frame) => void frames.push(frame),
  });
  const { best } = found;
  const tuned =
    pivotal === undefined
      ? undefined
      : await tuneTo(target, { checkpoint, engine, loss, found: best, steps: pivotal }, report);
  const metadata = {
    ...about,
    steps: String(found.steps),
    distance: String(best.distance),
    psnr: found.psnr.toFixed(2),
    engine: engine.description,
  };
  if (out !== undefined) {
    const { name: space, dim } = latentSpaceOf(architecture);
    const { w, noise } = best;
    await saveLatents(out, { space, w, rows: w.length / dim, noise }, metadata, { force });
  }
  if (film !== undefined) {
    await writeFilm(film, [...frames, found.picture], { fps: FILM_FPS, force, signal });
  }
  if (out !== undefined && generator !== undefined)
    await writeTuned(generator, checkpoint, tuned!, metadata, { force });
  if (out !== undefined) await rm(stateOf(out), { force: true });
  const document: ProjectDocument = {
    model: checkpoint.origin.path,
    input: typeof picture === 'string' ? picture : undefined,
    output: out,
    film,
    ...settings,
    steps: found.steps,
    engine: engine.description,
    distance: best.distance,
    psnr: found.psnr,
    generator: out && generator,
    pivotal: tuned && tuningOf(tuned, target),
  };
  return { ...report.answer(document), found, tuned };
}

/** What is kept of a search beside its result. */
function stateOf(out: string): string {
  return `${out}${STATE_SUFFIX}`;
}

async function targetOf(picture: string | Picture, size: number): Promise<Picture> {
  if (typeof picture === 'string') return readPicture(picture, size);
  if (picture.width === size && picture.height === size) return picture;
  throw new UsageError(
    'PICTURE_SIZE',
    `picture: expected ${size} x ${size} pixels, as the generator makes, found ${picture.width} x ${picture.height}`,
  );
}

/** What a saved projection says of itself. No names of files: those say nothing on another machine. */
async function describeSearch(
  checkpoint: Checkpoint,
  settings: SearchSettings,
  classIndex: number | undefined,
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
