import { dirname, relative, resolve } from 'node:path';
import { z } from 'zod';
import { openLineLog, readLineLog } from '../../files/line-log.js';
import { describedError } from '../../json/described-error.js';
import type { Result } from './result.js';

/** Raised when lines mean something else. */
const JOURNAL_VERSION = 1;

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** Small pictures of what went in and what came out: JPEG in base64. */
const thumbnails = z.object({ before: base64, after: base64 });
export type Thumbnails = z.infer<typeof thumbnails>;

/** What is known of a picture from an earlier run. */
export interface Remembered {
  readonly seconds?: number;
  readonly thumbnails?: Thumbnails;
}

/**
 * What happened in a folder of results, run after run, a line of JSON each:
 *
 *     {"type":"run", "version":1, "time":…, "folder":…, "settings":{…}, "models":{…}, "todo":9, …}
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
        ...(error === undefined ? {} : describedError(error)),
        ...(thumbnails === undefined ? {} : { thumbnails }),
      }),
    stopped: (input, output) => log.append({ type: 'stopped', input: place(input), output: place(output) }),
    end: (entry) => log.append({ type: 'end', time: time(), ...entry }),
    close: () => log.close(),
  };
}

/** What is read of a line; whatever else stands there is left out, and so is what does not fit. */
const entry = z.object({
  type: z.string(),
  output: z.string(),
  seconds: z.number().optional().catch(undefined),
  thumbnails: thumbnails.optional().catch(undefined),
});

/** What the lines of earlier runs come to. They are anybody's text. */
function history(entries: readonly unknown[]): {
  remembered: ReadonlyMap<string, Remembered>;
  suspects: ReadonlySet<string>;
} {
  const remembered = new Map<string, Remembered>();
  const suspects = new Set<string>();
  for (const line of entries) {
    const { success, data } = entry.safeParse(line);
    if (!success) continue;
    const { type, output, ...rest } = data;
    if (type === 'begin') suspects.add(output);
    else suspects.delete(output);
    if (type === 'done') remembered.set(output, rest);
  }
  return { remembered, suspects };
}
