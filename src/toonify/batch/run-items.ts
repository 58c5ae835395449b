import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CommonOptions, EngineChoice } from '../../cli/options/options.js';
import type { Context } from '../../cli/outcome.js';
import type { Progress } from '../../cli/terminal/progress.js';
import type { Terminal } from '../../cli/terminal/terminal.js';
import { AbortedError, InputFileError, OutputError, type StyleganBlendError } from '../../errors.js';
import { makeFolder } from '../../files/folders.js';
import { writeFilm } from '../../picture/film/film.js';
import type { Picture } from '../../picture/picture.js';
import { writePicture } from '../../picture/write-picture.js';
import { plannedSteps } from '../../project/projector.js';
import { STATE_SUFFIX } from '../../project/search-binding.js';
import { FILM_FPS } from '../../project/search-film.js';
import type { Models } from '../models.js';
import type { Toonifier, ToonSettings } from '../toonifier.js';
import { type ToonifyPartOptions, toonifyPart } from '../toonify-part.js';
import type { BatchLog } from './batch-log.js';
import { collectGarbage } from './collect-garbage.js';
import type { Thumbnails } from './journal.js';
import { type Item, settingsOf } from './plan.js';
import { inputName, provenanceEntries } from './provenance.js';
import { qualityEntries, recordFor, type Settings } from './record.js';
import { thumbnailsOf } from './thumbnails.js';

type TodoItem = Extract<Item, { state: 'todo' }>;

/** What became of one picture. */
export interface Result {
  readonly input: string;
  readonly output?: string;
  readonly status: 'done' | 'skipped' | 'failed';
  readonly distance?: number;
  readonly psnr?: number;
  /** The step at which an earlier run's search was taken up. */
  readonly resumedAt?: number;
  /** From reading the picture to its result on the disk. */
  readonly seconds?: number;
  readonly error?: StyleganBlendError;
}

export interface RunOptions extends CommonOptions, Pick<ToonifyPartOptions, 'pasteBack' | 'matchColours'> {
  /** Pictures that are worked on at once. */
  readonly jobs: number;
  readonly record: Settings;
  /** What computes, as a result says it. */
  readonly choice: EngineChoice;
  /** What the result calls its picture, where it is made again. */
  readonly named?: string;
  /** A film of the search, where a single picture is worked on. */
  readonly film?: string;
  /** Makes what works on pictures; called once for each job. */
  readonly toonifier: () => Promise<Toonifier>;
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
  models: Models,
  settings: ToonSettings,
  options: RunOptions,
  { signal, terminal }: Context,
): Promise<Result[]> {
  const { log } = options;
  const results = items.map((item) => known(item));
  const report = reporter(terminal, items.length);
  for (const [i, result] of results.entries()) {
    if (result === undefined) continue;
    report(result);
    await log?.result(i, result);
  }
  const todo = inOrder(items, log);
  const jobs = Math.min(options.jobs, todo.length);
  const stop = new AbortController();
  const shared: Shared = {
    ...options,
    models,
    signal: AbortSignal.any([signal, stop.signal]),
    board: await createBoard(
      terminal,
      jobs,
      todo.length,
      plannedSteps(settings.profile, settings.steps, models.base.architecture.resolution) +
        (settings.pivotal ?? 0),
    ),
  };
  const queue = todo.values();
  const workers = Array.from({ length: jobs }, async () => {
    const toonifier = lazily(options.toonifier);
    try {
      for (const i of queue) {
        const label = items.length > 1 ? `${items[i]!.input} (${i + 1} of ${items.length})` : items[i]!.input;
        const { result, thumbnails } = await runItem(items[i] as TodoItem, label, toonifier, shared);
        results[i] = result;
        collectGarbage();
        await log?.result(i, result, thumbnails);
        report(result);
      }
    } catch (error) {
      stop.abort();
      throw error;
    } finally {
      await (await toonifier.started())?.dispose();
    }
  });
  const ends = await Promise.allSettled(workers);
  shared.board.finish();
  // The first cause, not the abort of the other workers that followed from it.
  const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const cause = reasons.find((reason) => !(reason instanceof AbortedError)) ?? reasons[0];
  if (cause !== undefined) {
    const done = results.filter((result) => result?.status === 'done').length;
    terminal.info(`${done} of ${todo.length} pictures were done; the same call goes on from there`);
    throw cause;
  }
  return results as Result[];
}

interface Shared extends RunOptions {
  readonly models: Models;
  readonly signal: AbortSignal;
  readonly board: Board;
}

/** What is to be done. A picture on which a program died before comes last: the others shall not wait for it again. */
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

/** Says what became of each picture. The failure of the only one is the end of the program, and said there. */
function reporter(terminal: Terminal, count: number): (result: Result) => void {
  return ({ input, output, status, psnr, resumedAt, seconds, error }) => {
    if (status === 'skipped') terminal.info(`${input}: finished before, ${output}`);
    else if (error === undefined) {
      const from = resumedAt === undefined ? '' : `, from step ${resumedAt} of an earlier run`;
      terminal.info(
        `${input}: ${output}, found again at ${psnr!.toFixed(1)} dB in ${seconds!.toFixed(1)} s${from}`,
      );
    } else if (count > 1) terminal.warn(error.message);
  };
}

async function runItem(
  item: TodoItem,
  label: string,
  toonifier: () => Promise<Toonifier>,
  { models, record, choice, named, film, pasteBack, matchColours, force, signal, board, log }: Shared,
): Promise<{ result: Result; thumbnails?: Thumbnails }> {
  const { input, part } = item;
  const output = item.output!;
  const started = performance.now();
  const frames: Picture[] = [];
  const states = statePaths(output, part.faces.length);
  const progress = await board.begin(label);
  try {
    const worker = lazily(async () => {
      await makeFolder(dirname(output));
      await log?.begin(item);
      return toonifier();
    });
    const { before, picture, ...quality } = await toonifyPart(input, part, worker, {
      pasteBack,
      matchColours,
      size: models.base.architecture.resolution,
      states,
      signal,
      onStep: (step, loss) => progress.update(step, { loss }),
      onFrame: film === undefined ? undefined : (frame) => frames.push(frame),
    });
    const metadata = {
      ...(await recordFor(input, settingsOf(part, record))),
      ...qualityEntries(quality),
      ...provenanceEntries({ input: named ?? inputName(input, output), models: models.names, ...choice }),
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

/** Shows how far the work is: picture by picture, or all together where several are worked on at once. */
interface Board {
  begin(label: string): Promise<Pick<Progress, 'update' | 'finish'>>;
  finish(): void;
}

async function createBoard(terminal: Terminal, jobs: number, count: number, steps: number): Promise<Board> {
  if (jobs <= 1) return { begin: (label) => terminal.progress({ label, total: steps }), finish: () => {} };
  const all = await terminal.progress({ label: `${count} pictures`, total: count * steps });
  let done = 0;
  return {
    async begin() {
      let last = 0;
      const advance = (to: number) => {
        done += to - last;
        last = to;
        all.update(done);
      };
      return { update: advance, finish: () => advance(steps) };
    },
    finish: () => all.finish(),
  };
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
