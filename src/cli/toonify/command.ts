import { dirname } from 'node:path';
import { requireRendered } from '../../checkpoint/checkpoint.js';
import { removeAbandoned } from '../../files/atomic-write.js';
import { withLock } from '../../models/lock.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { batchFailure } from '../batch.js';
import { chosenLoss } from '../chosen-loss.js';
import type { CommonOptions, EngineChoice } from '../options.js';
import type { Context, Outcome } from '../outcome.js';
import { checkFolder } from '../outputs.js';
import { table } from '../table.js';
import { describeError } from '../terminal.js';
import { type BatchFiles, batchFilesOf } from './batch-files.js';
import { openBatchLog } from './batch-log.js';
import { faceSettings, requireConsistentFaces } from './face-settings.js';
import { defaultJobs, makeToonifiers } from './make-toonifiers.js';
import { isBundledPair, type ModelOptions, type Models, openModels } from './models.js';
import type { PartOptions } from './parts.js';
import type { Item } from './plan.js';
import type { Settings } from './record.js';
import { type Result, runItems } from './run-items.js';
import { planWithFaces } from './search-faces.js';
import type { ToonSettings } from './toonifier.js';
import { totalsOf } from './totals.js';

export interface ToonifyOptions extends CommonOptions, EngineChoice, ModelOptions, PartOptions {
  readonly matchColours?: true;
  readonly steps: number;
  readonly seed: number;
  readonly loss: string;
  readonly psi: number;
  readonly class?: number;
  readonly out?: string;
  readonly sideBySide?: true;
  readonly recursive?: true;
  readonly jobs?: number;
  readonly report?: string | boolean;
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

async function toonify(
  paths: readonly string[],
  options: ToonifyOptions,
  files: BatchFiles | undefined,
  context: Context,
): Promise<Outcome> {
  const { terminal } = context;
  const force = options.force === true;
  const models = await openModels(options);
  try {
    const architecture = requireRendered(models.base);
    checkTruncation(architecture, options);
    labelOf(architecture, options.class);
    const { loss, spec } = await chosenLoss(options.loss, architecture.resolution, terminal);
    const settings = toonSettings({ ...options, loss: spec });
    // Everything that a result depends on beside its picture. What it was computed on is no part of it.
    const record: Settings = { ...models.identity, ...settings, ...(await faceSettings(options)) };
    const planning = {
      ...options,
      recursive: options.recursive === true,
      force,
      settings: record,
      files: models.files,
    };
    const items = await planWithFaces(paths, planning, architecture.resolution, context);
    if (isBundledPair(options)) terminal.info(`using the bundled generators: ${models.description}`);
    if (models.warning !== undefined) terminal.warn(models.warning);
    if (files !== undefined)
      await removeAbandoned([...outputsOf(items), ...(files.report === undefined ? [] : [files.report])]);
    const todo = items.filter((item) => item.state === 'todo').length;
    const jobs = options.jobs ?? defaultJobs(architecture, options, todo);
    const making = { ...options, jobs: Math.min(jobs, todo), modelOptions: options, models, settings, loss };
    const { description } = models;
    const log =
      files && (await openBatchLog(files, { description, settings: record, items, force, models: {} }));
    try {
      const toonifier = makeToonifiers(making, terminal);
      const pasteBack = options.pasteBack === true;
      const matchColours = options.matchColours === true;
      const run = { ...options, pasteBack, matchColours, jobs, record, toonifier, log };
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
  const { steps, seed, loss, psi, class: classIndex, sideBySide } = options;
  return { steps, seed, loss, psi, class: classIndex, sideBySide: sideBySide === true };
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

function outputsOf(items: readonly Item[]): string[] {
  return items.flatMap(({ output }) => output ?? []);
}

function summary(results: readonly Result[]): string[] {
  if (results.length === 1) return [];
  const totals = totalsOf(results).filter(({ count }) => count > 0);
  return table([['', 'pictures', 'seconds each', 'PSNR'], ...totals.map(({ cells }) => cells)]);
}
