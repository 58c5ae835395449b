import { type FileHandle, open, readFile } from 'node:fs/promises';
import { outputError } from './output-errors.js';

/** A log of a million pictures is smaller; what is larger is something else, and is not read. */
const MAX_BYTES = 512 * 1024 * 1024;

/** A file of JSON lines that is only ever added to. */
export interface LineLog {
  /** Adds an entry, which is on the disk when this returns. Calls may overlap: lines are never mixed. */
  append(entry: Readonly<Record<string, unknown>>): Promise<void>;
  close(): Promise<void>;
}

/**
 * The entries of a log, the oldest first. A line that is no JSON object is left out: the last one may be torn where
 * the machine or the process died while it was written. A missing file has no entries.
 */
export async function readLineLog(path: string): Promise<Record<string, unknown>[]> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || bytes.length > MAX_BYTES) return [];
  return bytes.toString('utf8').split('\n').flatMap(parsed);
}

function parsed(line: string): Record<string, unknown>[] {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? [entry as Record<string, unknown>]
      : [];
  } catch {
    return [];
  }
}

/**
 * Opens a log to add to it; makes it where it is missing. After a torn line the next one starts anew.
 * @throws OutputError `OUTPUT_NOT_WRITABLE`, `OUTPUT_DISK_FULL`, `OUTPUT_FAILED`
 */
export async function openLineLog(path: string): Promise<LineLog> {
  const guarded = async <T>(operation: Promise<T>): Promise<T> => {
    try {
      return await operation;
    } catch (error) {
      throw outputError(path, error);
    }
  };
  const handle = await guarded(open(path, 'a+'));
  let torn = await guarded(endsInsideLine(handle));
  let queue: Promise<void> = Promise.resolve();
  const write = async (line: string) => {
    await handle.appendFile(torn ? `\n${line}` : line);
    torn = false;
    await handle.datasync();
  };
  return {
    append(entry) {
      const written = queue.then(() => guarded(write(`${JSON.stringify(entry)}\n`)));
      queue = written.catch(() => {
        // What was written of it may be half a line.
        torn = true;
      });
      return written;
    },
    async close() {
      await queue;
      await handle.close();
    },
  };
}

async function endsInsideLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
