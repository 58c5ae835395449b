import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import {
  access,
  chmod,
  copyFile,
  type FileHandle,
  link,
  lstat,
  open,
  readdir,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { OutputError } from '../errors.js';
import { outputError } from './output-errors.js';
import { forgetTemporary, registerTemporary } from './temporaries.js';

/** Characters of the target's name in its temporary's; names may have 255 bytes at most. */
const TEMPORARY_STEM = 40;

/**
 * Bytes after which the disk is told to start writing. Without it all of the writing happens in the final sync,
 * while the processor waits.
 */
const FLUSH_EVERY_BYTES = 16 * 1024 * 1024;

export interface WriteOptions {
  /** Replace an existing file. */
  readonly force?: boolean;
  /**
   * A file to start from instead of an empty one. The system copies it, without its bytes passing through this
   * process; what is to be different is rewritten.
   */
  readonly copyOf?: string;
}

/** Where the content of a file goes, in order. */
export interface OutputSink {
  /** Bytes written so far. */
  readonly position: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Replaces bytes that were written before: checksums that stand in front of their data. */
  rewrite(position: number, bytes: Uint8Array): Promise<void>;
}

/** A sink that may have begun with a copy. */
export interface FileOutput extends OutputSink {
  /** Leaves away what was written from a position on. */
  truncate(position: number): Promise<void>;
}

/**
 * Writes a file so that its path holds either what it held before or the complete new content, whatever happens:
 * `produce` writes to a temporary file in the same folder, which is synced and renamed at the end. Where anything
 * fails, the temporary is deleted and the error is passed on.
 *
 * @throws OutputError `OUTPUT_EXISTS` (without `force`), `OUTPUT_IS_FOLDER`, `OUTPUT_NOT_A_FILE`,
 *   `OUTPUT_FOLDER_MISSING`, `OUTPUT_NOT_WRITABLE`, `OUTPUT_DISK_FULL`, `OUTPUT_FAILED`.
 */
export async function writeAtomically(
  path: string,
  options: WriteOptions,
  produce: (sink: FileOutput) => Promise<void>,
): Promise<void> {
  const previous = await checkWritable(path, options);
  // Writing through a link replaces the file that it names, not the link.
  const target = previous === undefined ? path : await realpath(path).catch(() => path);
  const temporary = temporaryFor(target);
  registerTemporary(temporary);
  try {
    const handle = await wording(path, openTemporary(temporary, options.copyOf));
    const sink = new FileSink(path, handle, options.copyOf === undefined ? 0 : (await handle.stat()).size);
    try {
      await produce(sink);
      if (previous?.isFile()) await handle.chmod(previous.mode & 0o777).catch(() => {});
      await sink.finish();
    } finally {
      await sink.settled();
      await handle.close();
    }
    await wording(path, publish(temporary, target, options.force === true));
    await syncFolder(dirname(target));
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  } finally {
    forgetTemporary(temporary);
  }
}

/** {@link writeAtomically} for content that is in memory. */
export async function writeFileAtomically(
  path: string,
  bytes: Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  await writeAtomically(path, options, (sink) => sink.write(bytes));
}

/**
 * Finds out before any long work whether `path` can be written, and returns what is there now, if anything.
 *
 * @throws OutputError as {@link writeAtomically}.
 */
export async function checkWritable(path: string, options: WriteOptions = {}): Promise<Stats | undefined> {
  const folder = dirname(path);
  const folderStats = await stat(folder).catch(() => undefined);
  if (!folderStats?.isDirectory()) {
    throw new OutputError('OUTPUT_FOLDER_MISSING', `${path}: the folder ${folder} does not exist`, {
      hint: 'make the folder first',
    });
  }
  const previous = await existing(path);
  if (previous?.isDirectory()) {
    throw new OutputError('OUTPUT_IS_FOLDER', `${path}: expected the name of a file, found a folder`);
  }
  if (previous !== undefined && options.force !== true) throw alreadyExists(path);
  if (previous !== undefined && !previous.isFile() && !previous.isSymbolicLink()) {
    throw new OutputError('OUTPUT_NOT_A_FILE', `${path}: expected a regular file, found a device or pipe`);
  }
  await wording(path, access(folder, constants.W_OK | constants.X_OK));
  return previous;
}

/** What is at a path: the file behind a link, or the link itself where it leads nowhere. */
async function existing(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => lstat(path).catch(() => undefined));
}

/** A new file, empty or a copy of another one. */
async function openTemporary(temporary: string, copyOf: string | undefined): Promise<FileHandle> {
  if (copyOf === undefined) return open(temporary, 'wx');
  await copyFile(copyOf, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  // The permissions are those of the original, which may forbid writing.
  await chmod(temporary, 0o666 & ~process.umask());
  return open(temporary, 'r+');
}

class FileSink implements FileOutput {
  position: number;
  private flushed: number;
  private flushing: Promise<void> = Promise.resolve();
  private flushFailure: unknown;
  private readonly path: string;
  private readonly handle: FileHandle;

  constructor(path: string, handle: FileHandle, position: number) {
    this.path = path;
    this.handle = handle;
    this.position = position;
    this.flushed = 0;
    if (position > 0) this.flushBehind();
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.put(bytes, this.position);
    this.position += bytes.length;
    if (this.position - this.flushed >= FLUSH_EVERY_BYTES) this.flushBehind();
  }

  async rewrite(position: number, bytes: Uint8Array): Promise<void> {
    if (position + bytes.length > this.position)
      throw new RangeError('only what was written can be rewritten');
    await this.put(bytes, position);
  }

  async truncate(position: number): Promise<void> {
    if (position > this.position) throw new RangeError('only what was written can be left away');
    await wording(this.path, this.handle.truncate(position));
    this.position = position;
  }

  private async put(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const step = this.handle.write(bytes, done, bytes.length - done, position + done);
      const { bytesWritten } = await wording(this.path, step);
      done += bytesWritten;
    }
  }

  /** Makes the content durable. */
  async finish(): Promise<void> {
    await this.settled();
    // The system reports a failed flush once only, so the final sync alone would not know.
    if (this.flushFailure !== undefined) throw outputError(this.path, this.flushFailure);
    await wording(this.path, this.handle.sync());
  }

  /** Waits until nothing uses the handle any more. */
  async settled(): Promise<void> {
    await this.flushing;
  }

  /** Lets the disk work while the next tensor is computed. */
  private flushBehind(): void {
    this.flushed = this.position;
    this.flushing = this.flushing
      .then(() => this.handle.datasync())
      .catch((error) => {
        this.flushFailure ??= error;
      });
  }
}

function temporaryFor(target: string): string {
  return join(dirname(target), `.${temporaryStem(target)}.${randomBytes(6).toString('hex')}.tmp`);
}

function temporaryStem(target: string): string {
  return [...basename(target)].slice(0, TEMPORARY_STEM).join('');
}

/** What follows the stem in a temporary's name. */
const TEMPORARY_END = /^\.(.*)\.[0-9a-f]{12}\.tmp$/s;

/**
 * Deletes the temporaries that a process left when it was killed while it wrote one of these files. Only for callers
 * that know that nobody else writes them now.
 */
export async function removeAbandoned(targets: readonly string[]): Promise<void> {
  const stems = new Map<string, Set<string>>();
  for (const target of targets) {
    const folder = dirname(target);
    stems.set(folder, (stems.get(folder) ?? new Set()).add(temporaryStem(target)));
  }
  for (const [folder, own] of stems) {
    for (const name of await readdir(folder).catch(() => [])) {
      const stem = TEMPORARY_END.exec(name)?.[1];
      if (stem !== undefined && own.has(stem)) await unlink(join(folder, name)).catch(() => {});
    }
  }
}

/** Gives the finished temporary its name. Without `force` a file that appeared meanwhile is never overwritten. */
async function publish(temporary: string, target: string, force: boolean): Promise<void> {
  if (!force) {
    try {
      await link(temporary, target);
      await unlink(temporary).catch(() => {});
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyExists(target);
      // No hard links here (exFAT, some network shares): look once more, then rename.
      if ((await existing(target)) !== undefined) throw alreadyExists(target);
    }
  }
  await rename(temporary, target);
}

/** Makes the new name durable. Some systems cannot sync a folder; the file itself is synced already. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close().catch(() => {});
}

function alreadyExists(path: string): OutputError {
  return new OutputError('OUTPUT_EXISTS', `${path}: the file exists already`, {
    hint: 'choose another name, or overwrite it with `force`',
  });
}

async function wording<T>(path: string, operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw outputError(path, error);
  }
}
