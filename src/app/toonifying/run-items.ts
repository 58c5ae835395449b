import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AbortedError, InputFileError, OutputError } from '../../errors.js';
import { makeFolder } from '../../files/folders.js';
import { writeFilm } from '../../picture/film/film.js';
import type { Picture } from '../../picture/picture.js';
import { writePicture } from '../../picture/write-picture.js';
import { plannedSteps } from '../../project/projector.js';
import { FILM_FPS, STATE_SUFFIX } from '../../project/search.js';
import type { BatchLog } from '../../toonify/batch/batch-log.js';
import { collectGarbage } from '../../toonify/batch/collect-garbage.js';
import type { Thumbnails } from '../../toonify/batch/journal.js';
import { type Item, settingsOf } from '../../toonify/batch/plan.js';
import { inputName, provenanceEntries } from '../../toonify/batch/provenance.js';
import { qualityEntries, recordFor, type Settings } from '../../toonify/batch/record.js';
import type { Result } from '../../toonify/batch/result.js';
import { thumbnailsOf } from '../../toonify/batch/thumbnails.js';
import type { ToonSettings } from '../../toonify/settings.js';
import type { Toonifier } from '../../toonify/toonifier.js';
import { type ToonifyPartOptions, toonifyPart } from '../../toonify/toonify-part.js';
import type { Report } from '../run/run.js';
import { type Board, createBoard } from './board.js';
import type { Toonifiers } from './make-toonifiers.js';

type TodoItem = Extract<Item, { state: 'todo' }>;

export interface RunOptions extends Pick<ToonifyPartOptions, 'pasteBack' | 'matchColours'> {
  /** Pictures that are worked on at once. */
  readonly jobs: number;
  readonly force?: boolean;
  /** Side of the generator's pictures. */
  readonly size: number;
  readonly settings: ToonSettings;
  readonly record: Settings;
  /** Paths of the models by their names. */
  readonly models: Readonly<Record<string, string>>;
  readonly toonifiers: Toonifiers;
  /** What the result calls its picture, where it is made again. */
  readonly named?: string;
  /** A film of the search, where a single picture is worked on. */
  readonly film?: string;
  /** Where a batch is written down. */
  readonly log?: BatchLog;
}

/**
 * Does what is to be done, `jobs` pictures at a time. A picture that fails does not stop the others; a disk that is
 * full does.
 *
 * @returns a result for every item, in order
 */
export async function runItems(
  items: readonly Item[],
  options: RunOptions,
  report: Report,
): Promise<Result[]> {
  const { log, settings, size } = options;
  const results = items.map((item) => known(item));
  const say = speaker(report, items.length);
  for (const [i, result] of results.entries()) {
    if (result === undefined) continue;
    say(result);
    await log?.result(i, result);
  }
  const todo = inOrder(items, log);
  const jobs = Math.min(options.jobs, todo.length);
  const stop = new AbortController();
  const steps = plannedSteps(settings.profile, settings.steps, size) + (settings.pivotal ?? 0);
  const board = createBoard(report, jobs, todo.length, steps);
  const signal = AbortSignal.any([stop.signal, ...(report.signal === undefined ? [] : [report.signal])]);
  const shared: Shared = { ...options, signal, board };
  const queue = todo.values();
  const workers = Array.from({ length: jobs }, async () => {
    const toonifier = lazily(() => options.toonifiers.make());
    try {
      for (const i of queue) {
        const { input } = items[i]!;
        const label = items.length > 1 ? `${input} (${i + 1} of ${items.length})` : input;
        const { result, thumbnails } = await runItem(items[i] as TodoItem, label, toonifier, shared);
        results[i] = result;
        collectGarbage();
        await log?.result(i, result, thumbnails);
        say(result);
      }
    } catch (error) {
      stop.abort();
      throw error;
    } finally {
      await (await toonifier.started())?.[Symbol.asyncDispose]();
    }
  });
  const ends = await Promise.allSettled(workers);
  // The first cause, not the abort of the other workers that followed from it.
  const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const cause = reasons.find((reason) => !(reason instanceof AbortedError)) ?? reasons[0];
  if (cause !== undefined) {
    const done = results.filter((result) => result?.status === 'done').length;
    report.info(`${done} of ${todo.length} pictures were done; the same call goes on from there`);
    throw cause;
  }
  return results as Result[];
}

interface Shared extends RunOptions {
  readonly signal: AbortSignal;
  readonly board: Board;
}

/**
 * What is to be done. A picture on which a program died before comes last: the others shall not wait for it again.
 */
function inOrder(items: readonly Item[], log: BatchLog | undefined): number[] {
  const todo = [...items.keys()].filter((i) => items[i]!.state === 'todo');
  const isSuspect = (i: number) => log?.isSuspect(items[i]!.output!) === true;
  return [...todo.filter((i) => !isSuspect(i)), ...todo.filter(isSuspect)];
}

/** The result of an item whose end is known before anything is computed. */
function known(item: Item): Result | undefined {
  const { input, output } = item;
  if (item.state === 'todo') return undefined;
  if (item.state === 'finished') return { input, output, status: 'skipped', ...item.finished };
  return { input, output, status: 'failed', error: item.error };
}

/** Says what became of each picture. The failure of the only one is the end of the work, and said there. */
function speaker(report: Report, count: number): (result: Result) => void {
  return ({ input, output, status, psnr, resumedAt, seconds, error }) => {
    if (status === 'skipped') report.info(`${input}: finished before, ${output}`);
    else if (error === undefined) {
      const from = resumedAt === undefined ? '' : `, from step ${resumedAt} of an earlier run`;
      report.info(
        `${input}: ${output}, found again at ${psnr!.toFixed(1)} dB in ${seconds!.toFixed(1)} s${from}`,
      );
    } else if (count > 1) report.warn(error.message);
  };
}

async function runItem(
  item: TodoItem,
  label: string,
  toonifier: () => Promise<Toonifier>,
  {
    models,
    record,
    toonifiers,
    named,
    film,
    pasteBack,
    matchColours,
    force,
    size,
    signal,
    board,
    log,
  }: Shared,
): Promise<{ result: Result; thumbnails?: Thumbnails }> {
  const { input, part } = item;
  const output = item.output!;
  const started = performance.now();
  const frames: Picture[] = [];
  const states = statePaths(output, part.faces.length);
  const progress = board.begin(label);
  try {
    const worker = lazily(async () => {
      await makeFolder(dirname(output));
      await log?.begin(item);
      return toonifier();
    });
    const { before, picture, ...quality } = await toonifyPart(input, part, worker, {
      pasteBack,
      matchColours,
      size,
      states,
      signal,
      onStep: (step, loss) => progress.update(step, loss),
      onFrame: film === undefined ? undefined : (frame) => frames.push(frame),
    });
    const metadata = {
      ...(await recordFor(input, settingsOf(part, record))),
      ...qualityEntries(quality),
      ...provenanceEntries({ input: named ?? inputName(input, output), models, ...toonifiers.computed }),
      engine: (await worker()).engine,
    };
    await writePicture(output, picture, { force, metadata });
    if (film !== undefined && frames.length > 0)
      await writeFilm(film, frames, { fps: FILM_FPS, force, signal });
    await Promise.all(states.map((path) => rm(path, { force: true })));
    const seconds = (performance.now() - started) / 1000;
    const result: Result = { input, output, status: 'done', ...quality, seconds };
    return log === undefined ? { result } : { result, thumbnails: await thumbnailsOf(before, picture) };
  } catch (error) {
    const isOfThisPicture =
      error instanceof InputFileError || (error instanceof OutputError && error.code === 'OUTPUT_EXISTS');
    if (error instanceof AbortedError) await log?.stopped(item);
    if (!isOfThisPicture) throw error;
    return { result: { input, output, status: 'failed', error } };
  } finally {
    progress.finish();
  }
}

/** Where searches are kept: beside the result, one for each face that is put back into the same photo. */
function statePaths(output: string, faces: number): string[] {
  if (faces <= 1) return [`${output}${STATE_SUFFIX}`];
  return Array.from({ length: faces }, (_, i) => `${output}.${i + 1}${STATE_SUFFIX}`);
}

/** Makes something when it is asked for first. `started` is what there is of it, if anything. */
function lazily<T>(make: () => Promise<T>): (() => Promise<T>) & { started: () => Promise<T | undefined> } {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make();
    return made;
  };
  return Object.assign(get, { started: async () => made?.catch(() => undefined) });
}
