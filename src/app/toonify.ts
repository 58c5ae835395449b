import { dirname } from 'node:path';
import { requireRendered } from '../checkpoint/checkpoint.js';
import { UsageError } from '../errors.js';
import { removeAbandoned } from '../files/atomic-write.js';
import { checkFolder } from '../files/folders.js';
import { withLock } from '../files/lock.js';
import { checkOutput } from '../files/outputs.js';
import { type DescribedError, describedError } from '../json/described-error.js';
import { checkFilm } from '../picture/film/film.js';
import { FILM_FPS } from '../project/search.js';
import { searchSettings } from '../project/search-settings.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { type BatchFiles, batchFilesOf } from '../toonify/batch/batch-files.js';
import { openBatchLog } from '../toonify/batch/batch-log.js';
import type { Item } from '../toonify/batch/plan.js';
import type { Settings } from '../toonify/batch/record.js';
import type { Result } from '../toonify/batch/result.js';
import { faceSettings, requireConsistentFaces } from '../toonify/face-settings.js';
import type { ToonSettings } from '../toonify/settings.js';
import { requireTunable } from '../toonify/tuned-blend.js';
import { batchFailure } from './run/batch.js';
import { chosenLoss } from './run/loss.js';
import { type Answer, Report } from './run/run.js';
import { canBeThreaded, defaultJobs, makeToonifiers } from './toonifying/make-toonifiers.js';
import {
  BUNDLED_PAIR,
  type OpenToonModels,
  openToonModels,
  type ToonSource,
} from './toonifying/open-models.js';
import { faceChoices, type ToonifyOptions } from './toonifying/options.js';
import { runItems } from './toonifying/run-items.js';
import { planWithFaces } from './toonifying/search-faces.js';

export type { ToonifyOptions };

/** What `toonify` answers. */
export interface ToonifyDocument {
  /** Which models were used, in words. */
  readonly models: string;
  /** The journal of the batch, where there is one. */
  readonly journal?: string;
  /** The page about the batch, where there is one. */
  readonly report?: string;
  /** What became of each picture, or of each of its faces, in order. */
  readonly results: readonly ToonifyResult[];
}

/** What became of one picture, or of one of its faces. */
export interface ToonifyResult extends Omit<Result, 'error'> {
  /** Why there is no result. */
  readonly error?: DescribedError;
}

/**
 * Turns pictures into their counterparts in the other domain of a blend: finds faces, finds each one's w in the base
 * and renders it through the blend. Folders are resumable: what is finished is not done again.
 *
 * @param paths pictures, or folders of pictures
 * @param source what pictures are sent through; the bundled pair toonhead + pixelart unless given
 * @throws as `openToonModels`, `createToonifier`; UsageError `OPTIONS_EXCLUSIVE`, `FILM_OF_SEVERAL`; OutputError;
 *   AbortedError. What is wrong with one picture of several is in its result, and `failure` of the answer.
 * @example await toonify(['photos'], { base: 'ffhq', transfer: 'ukiyoe', swap: 16 }, { out: 'toons' });
 */
export async function toonify(
  paths: readonly string[],
  source: ToonSource = BUNDLED_PAIR,
  options: ToonifyOptions = {},
): Promise<Answer<ToonifyDocument>> {
  const report = new Report(options);
  const { signal } = options;
  requireConsistentFaces(faceChoices(options));
  const files = await batchFilesOf(paths, options);
  const work = async () => {
    await using models = await openToonModels(source, signal);
    if (source === BUNDLED_PAIR) report.info(`using the bundled generators: ${models.description}`);
    if (models.warning !== undefined) report.warn(models.warning);
    const { results, description } = await toonifyWith(models, paths, options, report, { source, files });
    const failures = results.flatMap(({ error }) => error ?? []);
    const document = { models: description, ...files, results: results.map(described) };
    return report.answer(document, batchFailure(failures, results.length));
  };
  if (files === undefined) return work();
  const onWait = (pid: number) =>
    report.info(`waiting for another toonify that writes to this folder (process ${pid})`);
  await checkFolder(dirname(files.journal));
  // Two runs at once would do the same pictures, and one of them could not write its results.
  return withLock(`${files.journal}.lock`, { signal, onWait }, work);
}

export function described({ error, ...result }: Result): ToonifyResult {
  return error === undefined ? result : { ...result, error: describedError(error) };
}

/** What a run is beside its models, pictures and options. */
export interface RunParts {
  /** What threads open for themselves. */
  readonly source?: ToonSource;
  readonly files?: BatchFiles;
  /** What a result calls its picture, where it is made again. */
  readonly named?: string;
  /** Chooses among what was planned, or has it written elsewhere. */
  readonly choose?: (items: readonly Item[], record: Settings) => readonly Item[];
}

/** {@link toonify} with models that are open. */
export async function toonifyWith(
  models: OpenToonModels,
  paths: readonly string[],
  options: ToonifyOptions,
  report: Report,
  { source, files, named, choose = (items) => items }: RunParts,
): Promise<{ results: Result[]; description: string }> {
  const { force = false, psi = 1, progressFilm: film, recursive = false, out } = options;
  const faces = faceChoices(options);
  const architecture = requireRendered(models.base);
  checkTruncation(architecture, { psi });
  labelOf(architecture, options.class);
  if (options.pivotal !== undefined) requireTunable(models);
  const { loss, spec } = await chosenLoss(options.loss, architecture.resolution, report);
  const settings = toonSettings(options, spec);
  // Everything that a result depends on beside its picture. What it was computed on is no part of it.
  const record: Settings = { ...models.identity, ...settings, ...(await faceSettings(faces)) };
  const inputs = Object.values(models.names);
  const except = files?.report === undefined ? [] : [files.report];
  const { engine, threads } = options;
  const planning = {
    ...faces,
    engine,
    threads,
    out,
    recursive,
    force,
    settings: record,
    files: inputs,
    except,
  };
  const items = choose(await planWithFaces(paths, planning, architecture.resolution, report), record);
  if (files !== undefined) await removeAbandoned([...items.flatMap(({ output }) => output ?? []), ...except]);
  await checkProgressFilm(options, items.length, inputs);
  const todo = items.filter((item) => item.state === 'todo').length;
  const jobs = Math.min(options.jobs ?? defaultJobs(architecture, options, todo), todo);
  const threaded = canBeThreaded(models.identity.blend?.method, options) ? source : undefined;
  const making = { jobs, models, source: threaded, settings, loss, engine: options };
  const log =
    files &&
    (await openBatchLog(files, {
      description: models.description,
      settings: record,
      items,
      force,
      models: models.names,
    }));
  try {
    const run = {
      ...{ jobs, force, size: architecture.resolution, settings, record, named, film, log },
      models: models.names,
      toonifiers: makeToonifiers(making, report),
      pasteBack: options.pasteBack === true,
      matchColours: options.matchColours === true,
    };
    return { results: await runItems(items, run, report), description: models.description };
  } finally {
    await log?.finish();
  }
}

function toonSettings(options: ToonifyOptions, loss: string): ToonSettings {
  const { psi = 1, class: classIndex, sideBySide = false } = options;
  return { ...searchSettings(options, loss), psi, class: classIndex, sideBySide };
}

/** Makes sure that a film of the search can be made, which is of one picture. */
async function checkProgressFilm(
  { progressFilm, pasteBack, force }: ToonifyOptions,
  count: number,
  inputs: readonly string[],
): Promise<void> {
  if (progressFilm === undefined) return;
  if (count > 1 || pasteBack === true) {
    const found = count > 1 ? `${count} pictures` : '`pasteBack`';
    throw new UsageError('FILM_OF_SEVERAL', `\`progressFilm\`: expected one picture, found ${found}`, {
      hint: 'a film shows the search for one face',
    });
  }
  await checkFilm(progressFilm, { fps: FILM_FPS });
  await checkOutput(progressFilm, { force, inputs });
}
