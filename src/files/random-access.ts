import { constants, readSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { InputFileError } from '../errors.js';
import { type Buffers, freshBuffer } from './buffers.js';
import type { Closing } from './closing.js';

/** Bytes that can be read at any place. Everything that parses a file works on this, whatever is behind it. */
export interface RandomAccessFile extends Closing {
  /** Path as it was given; messages use it. */
  readonly path: string;
  /** Bytes that the file had when it was opened. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`, in a buffer of their own (aligned for any typed array), taken from
   * `buffers` where these are given.
   * @throws InputFileError `FILE_TRUNCATED` where the file does not have them; nothing is allocated then.
   */
  read(offset: number, length: number, buffers?: Buffers): Promise<Uint8Array<ArrayBuffer>>;
}

/** Pieces up to this size are read at once. */
const SMALL_BYTES = 4096;

/**
 * Opens a regular file.
 *
 * @throws InputFileError `FILE_MISSING`, `FILE_IS_FOLDER`, `FILE_EMPTY`, `FILE_UNREADABLE`.
 */
export async function openForReading(path: string): Promise<RandomAccessFile> {
  // Looked at before it is opened: opening a pipe that nobody writes to would wait for ever.
  requireRegularFile(path, await attempt(path, stat(path)));
  const handle = await attempt(path, open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)));
  try {
    const stats = await attempt(path, handle.stat());
    requireRegularFile(path, stats);
    if (stats.size === 0) throw new InputFileError('FILE_EMPTY', `${path}: the file is empty`);
    return new OpenFile(path, stats.size, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

class OpenFile implements RandomAccessFile {
  readonly path: string;
  readonly size: number;
  private handle: FileHandle | undefined;

  constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.handle = handle;
  }

  async read(offset: number, length: number, buffers?: Buffers): Promise<Uint8Array<ArrayBuffer>> {
    const sound = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
    if (!sound || offset + length > this.size) throw this.truncated(offset, length, this.size);
    const bytes = buffers?.take(length) ?? new Uint8Array(freshBuffer(length), 0, length);
    let done = 0;
    while (done < length) {
      if (this.handle === undefined) {
        throw new InputFileError('FILE_CLOSED', `${this.path}: read after the file was closed`);
      }
      const bytesRead = await attempt(this.path, piece(this.handle, bytes, done, offset + done));
      // The file has become shorter since it was opened.
      if (bytesRead === 0) throw this.truncated(offset, length, offset + done);
      done += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    const handle = this.handle;
    this.handle = undefined;
    await handle?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private truncated(offset: number, length: number, end: number): InputFileError {
    return new InputFileError(
      'FILE_TRUNCATED',
      `${this.path}: expected ${length} bytes at byte ${offset}, but the file ends at byte ${end}`,
      { hint: 'the file is incomplete or damaged; copy or download it again' },
    );
  }
}

/**
 * Reads on into the rest of a buffer, and says how many bytes came. A checkpoint has hundreds of headers of a few
 * bytes: handing each to a thread takes ten times as long as reading it.
 */
async function piece(handle: FileHandle, into: Uint8Array, done: number, position: number): Promise<number> {
  const count = into.length - done;
  if (count <= SMALL_BYTES) return readSync(handle.fd, into, done, count, position);
  return (await handle.read(into, done, count, position)).bytesRead;
}

function requireRegularFile(path: string, stats: { isDirectory(): boolean; isFile(): boolean }): void {
  if (stats.isDirectory()) {
    throw new InputFileError('FILE_IS_FOLDER', `${path}: expected a file, found a folder`);
  }
  if (!stats.isFile()) {
    throw new InputFileError('FILE_UNREADABLE', `${path}: expected a regular file, found a device or pipe`);
  }
}

/** Awaits a file operation and words its failure. */
async function attempt<T>(path: string, operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new InputFileError('FILE_MISSING', `${path}: no such file`, { cause });
    }
    const reason = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : (code ?? message);
    throw new InputFileError('FILE_UNREADABLE', `${path}: cannot be read (${reason})`, { cause });
  }
}
