import { type FileHandle, open, statfs } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import { InputFileError, OutputError } from '../../errors.js';
import { outputError } from '../../files/output-errors.js';
import { announcementOf, contentOf } from './content.js';
import { Interruption, MAX_DOWNLOAD_BYTES, tooLarge } from './errors.js';
import { dropPart, type Part, readPart, validatorOf, writePartState } from './part.js';
import { request } from './request.js';

/** Some servers refuse clients that give no name. */
const USER_AGENT = 'stylegan-blend (https://www.npmjs.com/package/stylegan-blend)';

/** Statuses that say: not now. */
const BUSY = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface AttemptOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number | undefined) => void;
  readonly idleMs: number;
}

/**
 * One request for what is missing of a file.
 * @throws Interruption where another attempt may succeed; InputFileError and OutputError where none will
 */
export async function attempt(url: string, path: string, options: AttemptOptions): Promise<void> {
  const part = await readPart(path, url);
  const answer = await request(url, { ...options, headers: requestHeaders(part) });
  try {
    if (part !== undefined && answer.statusCode === 416) {
      if (isWhole(part, answer)) return;
      await dropPart(path);
      throw new Interruption('the file at the server has changed');
    }
    if (part !== undefined && answer.statusCode === 206) {
      if (continues(part, answer)) return await receive(url, path, answer, { ...options, from: part.bytes });
      // Without the part the next attempt asks for all of it.
      await dropPart(path);
      throw new Interruption('the server sent another part of the file than it was asked for');
    }
    if (answer.statusCode !== 200) throw statusError(url, answer.statusCode ?? 0);
    await receive(url, path, answer, { ...options, from: 0 });
  } finally {
    answer.destroy();
  }
}

function requestHeaders(part: Part | undefined): Record<string, string> {
  const always = { 'User-Agent': USER_AGENT, Accept: '*/*', 'Accept-Encoding': 'identity' };
  if (part === undefined) return always;
  return { ...always, Range: `bytes=${part.bytes}-`, 'If-Range': part.validator };
}

/** Whether a 206 brings exactly what follows the part, of the same version of the file. */
function continues(part: Part, { headers }: IncomingMessage): boolean {
  const [, from] = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  const validator = validatorOf(headers);
  // A range of what was compressed is no range of the file.
  const isPlain = (headers['content-encoding'] ?? 'identity') === 'identity';
  return Number(from) === part.bytes && isPlain && (validator ?? part.validator) === part.validator;
}

/** Whether a 416 says that nothing is missing: an earlier run was stopped between the last byte and the end. */
function isWhole(part: Part, { headers }: IncomingMessage): boolean {
  const [, total] = /^bytes \*\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  return Number(total) === part.bytes && validatorOf(headers) === part.validator;
}

async function receive(
  url: string,
  path: string,
  answer: IncomingMessage,
  { from, onProgress }: AttemptOptions & { readonly from: number },
): Promise<void> {
  const announced = announcementOf(url, answer);
  const { length, isGzip } = announced;
  const total = length === undefined || isGzip ? undefined : from + length;
  if (total !== undefined && total > MAX_DOWNLOAD_BYTES) throw tooLarge(url, String(total));
  const handle = await open(path, from === 0 ? 'w' : 'r+').catch(worded(path));
  try {
    if (from === 0) await writePartState(path, url, isGzip ? undefined : validatorOf(answer.headers));
    if (length !== undefined) await requireSpace(path, length);
    let done = from;
    for await (const piece of contentOf(url, answer, announced)) {
      if (done + piece.length > MAX_DOWNLOAD_BYTES) throw tooLarge(url, 'more');
      await write(handle, piece, done).catch(worded(path));
      done += piece.length;
      onProgress?.(done, total);
    }
    if (done === 0)
      throw new InputFileError('DOWNLOAD_EMPTY', `${url}: expected a file, found nothing in it`);
    await handle.sync().catch(worded(path));
  } finally {
    await handle.close();
  }
}

async function write(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Better now than after an hour. Where the system does not know its space, writing will tell. */
async function requireSpace(path: string, bytes: number): Promise<void> {
  const disk = await statfs(dirname(path)).catch(() => undefined);
  if (disk === undefined || disk.blocks === 0 || disk.bavail * disk.bsize >= bytes) return;
  throw new OutputError('OUTPUT_DISK_FULL', `${path}: expected ${bytes} bytes of free space on the disk`, {
    hint: 'free some space, or keep downloads elsewhere: STYLEGAN_BLEND_HOME names the folder',
  });
}

function statusError(url: string, status: number): Error {
  if (BUSY.has(status)) return new Interruption(`the server answered ${status}`);
  const gone = status === 404 || status === 410;
  return new InputFileError(
    'DOWNLOAD_FAILED',
    `${url}: the server answered ${status}${gone ? ', no such file' : ''}`,
    {
      hint: 'open the address in a browser; a file that you have is named with: blend models add NAME PATH',
    },
  );
}

function worded(path: string): (error: unknown) => never {
  return (error) => {
    throw outputError(path, error);
  };
}
