import { randomUUID } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { batchFailure } from '../../app/shared/batch.js';
import { requireRendered } from '../../checkpoint/checkpoint.js';
import { InputFileError, UsageError } from '../../errors.js';
import { removeAbandoned } from '../../files/atomic-write.js';
import { checkFolder } from '../../files/folders.js';
import { withLock } from '../../files/lock.js';
import { checkOutput } from '../../files/outputs.js';
import { checkFilm } from '../../picture/film/film.js';
import { FILM_FPS } from '../../project/search-film.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { type BatchFiles, batchFilesOf } from '../../toonify/batch/batch-files.js';
import { openBatchLog } from '../../toonify/batch/batch-log.js';
import type { Item } from '../../toonify/batch/plan.js';
import type { Settings } from '../../toonify/batch/record.js';
import { type Result, runItems } from '../../toonify/batch/run-items.js';
import { planWithFaces } from '../../toonify/batch/search-faces.js';
import { totalsOf } from '../../toonify/batch/totals.js';
import { faceSettings, requireConsistentFaces } from '../../toonify/face-settings.js';
import { defaultJobs, makeToonifiers } from '../../toonify/make-toonifiers.js';
import { isBundledPair, type ModelOptions, type Models, openModels } from '../../toonify/models.js';
import type { PartOptions } from '../../toonify/parts.js';
import type { ToonSettings } from '../../toonify/toonifier.js';
import { requireTunable } from '../../toonify/tuned-blend.js';
import { chosenLoss } from '../chosen-loss.js';
import type { CommonOptions, EngineChoice } from '../options/options.js';
import { type SearchChoice, searchSettings } from '../options/search-options.js';
import type { Context, Outcome } from '../outcome.js';
import { table } from '../terminal/table.js';
import { describeError } from '../terminal/terminal.js';

export interface ToonifyOptions extends CommonOptions, EngineChoice, ModelOptions, PartOptions, SearchChoice {
  readonly matchColours?: true;
  readonly psi: number;
  readonly class?: number;
  readonly out?: string;
  readonly sideBySide?: true;
  readonly recursive?: true;
  readonly jobs?: number;
  readonly report?: string | boolean;
  readonly progressFilm?: string;
}

/** `toonify PICTURE|FOLDER...`: finds each picture's w in the base and renders it through the blend. */
export async function toonifyCommand(
  paths: readonly string[],
  options: ToonifyOptions,
  context: Context,
): Promise<Outcome> {
  requireConsistentFaces(options);
  const files = await batchFilesOf(paths, options);
  if (files === undefined) return toonify(paths, options, undefined, context);
  const { signal, terminal } = context;
  const onWait = (pid: number) =>
    terminal.info(`waiting for another toonify that writes to this folder (process ${pid})`);
  await checkFolder(dirname(files.journal));
  // Two runs at once would do the same pictures, and one of them could not write its results.
  return withLock(`${files.journal}.lock`, { signal, onWait }, () => toonify(paths, options, files, context));
}

/** One result that is made again. */
export interface Again {
  /** What the result calls its picture. */
  readonly named: string | undefined;
  readonly output: string;
  /** Which one of a picture's results it is, where there are several. */
  readonly number: number | undefined;
  /** The settings that have to come out, as the result carries them. */
  readonly expected: Settings;
}

/** @param again where a single result is wanted, whatever is there already */
export async function toonify(
  paths: readonly string[],
  options: ToonifyOptions,
  files: BatchFiles | undefined,
  context: Context,
  again?: Again,
): Promise<Outcome> {
  const { terminal } = context;
  const force = options.force === true;
  const models = await openModels(options);
  try {
    const architecture = requireRendered(models.base);
    checkTruncation(architecture, options);
    labelOf(architecture, options.class);
    if (options.pivotal !== undefined) requireTunable(models);
    const { loss, spec } = await chosenLoss(options.loss, architecture.resolution, terminal);
    const settings = toonSettings({ ...options, loss: spec });
    // Everything that a result depends on beside its picture. What it was computed on is no part of it.
    const record: Settings = { ...models.identity, ...settings, ...(await faceSettings(options)) };
    const planning = {
      ...options,
      out: again === undefined ? options.out : nowhere(again.output),
      recursive: options.recursive === true,
      force,
      settings: record,
      files: models.files,
      except: files?.report === undefined ? [] : [files.report],
    };
    const planned = await planWithFaces(paths, planning, architecture.resolution, context);
    const items = again === undefined ? planned : [onlyItem(planned, record, again)];
    if (isBundledPair(options)) terminal.info(`using the bundled generators: ${models.description}`);
    if (models.warning !== undefined) terminal.warn(models.warning);
    if (files !== undefined)
      await removeAbandoned([...outputsOf(items), ...(files.report === undefined ? [] : [files.report])]);
    const todo = items.filter((item) => item.state === 'todo').length;
    await checkProgressFilm(options, items.length, models.files);
    const jobs = options.jobs ?? defaultJobs(architecture, options, todo);
    const making = { ...options, jobs: Math.min(jobs, todo), modelOptions: options, models, settings, loss };
    const { description } = models;
    const log =
      files &&
      (await openBatchLog(files, {
        description,
        settings: record,
        items,
        force,
        models: modelPaths(models),
      }));
    try {
      const pasteBack = options.pasteBack === true;
      const matchColours = options.matchColours === true;
      const computing = makeToonifiers(making, terminal);
      const run = {
        ...options,
        pasteBack,
        matchColours,
        jobs,
        record,
        log,
        ...computing,
        named: again?.named,
        film: options.progressFilm,
      };
      const results = await runItems(items, models, settings, run, context);
      for (const line of summary(results)) terminal.info(line);
      return outcomeOf(results, models, files);
    } finally {
      await log?.finish();
    }
  } finally {
    await models.close();
  }
}

function toonSettings(options: ToonifyOptions): ToonSettings {
  const { psi, class: classIndex, sideBySide } = options;
  return { ...searchSettings(options), psi, class: classIndex, sideBySide: sideBySide === true };
}

function outcomeOf(results: readonly Result[], models: Models, files: BatchFiles | undefined): Outcome {
  const failures = results.flatMap((result) => (result.error === undefined ? [] : [result.error]));
  const document = {
    models: models.description,
    ...files,
    results: results.map(({ error, ...result }) => ({
      ...result,
      ...(error === undefined ? {} : { error: describeError(error) }),
    })),
  };
  const lines = results.flatMap((result) =>
    result.status === 'failed' || result.output === undefined ? [] : [result.output],
  );
  return { document, lines, failure: batchFailure(failures, results.length) };
}

/** Makes sure that a film of the search can be made, which is of one picture. */
async function checkProgressFilm(
  { progressFilm, pasteBack, force }: ToonifyOptions,
  count: number,
  inputs: readonly string[],
): Promise<void> {
  if (progressFilm === undefined) return;
  if (count > 1 || pasteBack === true) {
    const found = count > 1 ? `${count} pictures` : '--paste-back';
    throw new UsageError('FILM_OF_SEVERAL', `--progress-film: expected one picture, found ${found}`, {
      hint: 'a film shows the search for one face',
    });
  }
  await checkFilm(progressFilm, { fps: FILM_FPS });
  await checkOutput(progressFilm, { force, inputs });
}

/** A folder that is not there, so that no result is in the way of planning; nothing is written to it. */
function nowhere(output: string): string {
  return join(dirname(output), `.${randomUUID()}`);
}

/**
 * The one item that is made again.
 * @throws InputFileError `SETTINGS_DIFFER` where it would not be made from the same
 */
function onlyItem(items: readonly Item[], record: Settings, again: Again): Item {
  const { output, number, expected } = again;
  const item = items.find((one) => one.state === 'todo' && one.part.number === number) ?? items[0]!;
  // What is of the result itself, not of the settings.
  const { version, input, number: face, of } = expected;
  const found: Settings = { version, input, number: face, of, ...record };
  const other = [...new Set([...Object.keys(expected), ...Object.keys(found)])].find(
    (key) => JSON.stringify(found[key]) !== JSON.stringify(expected[key]),
  );
  if (other === undefined) return { ...item, output };
  const shown = (settings: Settings) => String(JSON.stringify(settings[other])).slice(0, MAX_SHOWN);
  throw new InputFileError(
    'SETTINGS_DIFFER',
    `${other}: expected ${shown(expected)} as the result says, found ${shown(found)}`,
    { hint: 'a model or a landmarks file is another one than then; say where the right one is' },
  );
}

/** Characters of a setting that a message repeats. */
const MAX_SHOWN = 80;

/** Where the models of a run are, for one that makes a result again. */
function modelPaths({ names, files }: Models): Record<string, string> {
  return Object.fromEntries(
    (['base', 'transfer', 'model'] as const)
      .filter((role) => names[role] !== undefined)
      .map((role, i) => [role, resolve(files[i]!)]),
  );
}

function outputsOf(items: readonly Item[]): string[] {
  return items.flatMap(({ output }) => output ?? []);
}

function summary(results: readonly Result[]): string[] {
  if (results.length === 1) return [];
  const totals = totalsOf(results).filter(({ count }) => count > 0);
  return table([['', 'pictures', 'seconds each', 'PSNR'], ...totals.map(({ cells }) => cells)]);
}
