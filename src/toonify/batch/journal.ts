import { dirname, relative, resolve } from 'node:path';
import { describeError } from '../../cli/terminal/terminal.js';
import { openLineLog, readLineLog } from '../../files/line-log.js';
import type { Result } from './run-items.js';

/** Raised when lines mean something else. */
const JOURNAL_VERSION = 1;

/** Small pictures of what went in and what came out: JPEG in base64. */
export interface Thumbnails {
  readonly before: string;
  readonly after: string;
}

/** What is known of a picture from an earlier run. */
export interface Remembered {
  readonly seconds?: number;
  readonly thumbnails?: Thumbnails;
}

/**
 * What happened in a folder of results, run after run, a line of JSON each:
 *
 *     {"type":"run", "version":1, "time":…, "folder":…, "settings":{…}, "models":{…}, "pictures":12, "todo":9, "jobs":2}
 *     {"type":"begin", "input":…, "output":…}
 *     {"type":"done", "input":…, "output":…, "seconds":…, "distance":…, "psnr":…, "thumbnails":{…}}
 *     {"type":"failed", "input":…, "code":…, "message":…}
 *     {"type":"stopped", "input":…, "output":…}
 *     {"type":"end", "seconds":…, "done":…, "skipped":…, "failed":…}
 *
 * Paths are relative to the journal. What is finished is not read from here but from the results themselves: the
 * journal knows how long they took, and on which picture a program died.
 */
export interface Journal {
  readonly path: string;
  /** What an earlier run knows of an output. */
  remembered(output: string): Remembered | undefined;
  /** Whether a program ended, without a word, while it worked on this output. */
  isSuspect(output: string): boolean;
  run(entry: Readonly<Record<string, unknown>>): Promise<void>;
  begin(input: string, output: string): Promise<void>;
  result(result: Result, thumbnails?: Thumbnails): Promise<void>;
  stopped(input: string, output: string): Promise<void>;
  end(entry: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

/** @throws OutputError where the journal cannot be written */
export async function openJournal(path: string): Promise<Journal> {
  const place = (file: string) => relative(resolve(dirname(path)), resolve(file)).replaceAll('\\', '/');
  const { remembered, suspects } = history(await readLineLog(path));
  const log = await openLineLog(path);
  const time = () => new Date().toISOString();
  return {
    path,
    remembered: (output) => remembered.get(place(output)),
    isSuspect: (output) => suspects.has(place(output)),
    run: (entry) => log.append({ type: 'run', version: JOURNAL_VERSION, time: time(), ...entry }),
    begin: (input, output) => log.append({ type: 'begin', input: place(input), output: place(output) }),
    result: ({ input, output, status, error, ...rest }, thumbnails) =>
      log.append({
        type: status,
        time: time(),
        input: place(input),
        ...(output === undefined ? {} : { output: place(output) }),
        ...rest,
        ...(error === undefined ? {} : describeError(error)),
        ...(thumbnails === undefined ? {} : { thumbnails }),
      }),
    stopped: (input, output) => log.append({ type: 'stopped', input: place(input), output: place(output) }),
    end: (entry) => log.append({ type: 'end', time: time(), ...entry }),
    close: () => log.close(),
  };
}

/** What the lines of earlier runs come to. They are anybody's text: whatever does not fit is left out. */
function history(entries: readonly Record<string, unknown>[]): {
  remembered: ReadonlyMap<string, Remembered>;
  suspects: ReadonlySet<string>;
} {
  const remembered = new Map<string, Remembered>();
  const suspects = new Set<string>();
  for (const { type, output, seconds, thumbnails } of entries) {
    if (typeof output !== 'string') continue;
    if (type === 'begin') suspects.add(output);
    else suspects.delete(output);
    if (type !== 'done') continue;
    remembered.set(output, {
      ...(typeof seconds === 'number' ? { seconds } : {}),
      ...(areThumbnails(thumbnails) ? { thumbnails } : {}),
    });
  }
  return { remembered, suspects };
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function areThumbnails(value: unknown): value is Thumbnails {
  if (typeof value !== 'object' || value === null) return false;
  const { before, after } = value as Partial<Record<string, unknown>>;
  return [before, after].every((text) => typeof text === 'string' && BASE64.test(text));
}
