import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputFileError } from '../errors.js';
import { requireInside } from './byte-source.js';
import { closing } from './closing.js';
import { outputError } from './output-errors.js';
import type { RandomAccessFile } from './random-access.js';
import { forgetTemporary, registerTemporary } from './temporaries.js';

/** Space for data that is larger than memory should hold. */
export interface Scratch {
  write(bytes: Uint8Array): Promise<void>;
  /** What was written, as a file; closing it gives the space back. */
  asFile(path: string): RandomAccessFile;
  close(): Promise<void>;
}

/**
 * Makes a file in the system's temporary folder that has no name any more where the system permits that (all but
 * Windows): however the process ends, nothing is left behind.
 *
 * @throws OutputError `OUTPUT_DISK_FULL` and others, also from writing
 */
export async function openScratch(): Promise<Scratch> {
  const path = join(tmpdir(), `stylegan-blend-${randomBytes(8).toString('hex')}.tmp`);
  registerTemporary(path);
  const handle = await open(path, 'wx+', 0o600).catch((error) => {
    forgetTemporary(path);
    throw outputError(path, error);
  });
  const isGone = await unlink(path).then(
    () => true,
    () => false,
  );
  if (isGone) forgetTemporary(path);
  return new ScratchFile(path, handle, isGone);
}

class ScratchFile implements Scratch {
  private position = 0;
  private readonly path: string;
  private handle: FileHandle | undefined;
  private readonly isGone: boolean;

  constructor(path: string, handle: FileHandle, isGone: boolean) {
    this.path = path;
    this.handle = handle;
    this.isGone = isGone;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const step = this.open().write(bytes, done, bytes.length - done, this.position);
      const { bytesWritten } = await step.catch((error) => {
        throw outputError(this.path, error);
      });
      done += bytesWritten;
      this.position += bytesWritten;
    }
  }

  asFile(path: string): RandomAccessFile {
    const size = this.position;
    return {
      path,
      size,
      read: async (offset, length) => {
        requireInside(path, offset, length, size);
        const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer, 0, length);
        for (let done = 0; done < length; ) {
          const { bytesRead } = await this.open().read(bytes, done, length - done, offset + done);
          requireInside(path, offset, length, bytesRead === 0 ? 0 : size);
          done += bytesRead;
        }
        return bytes;
      },
      ...closing(() => this.close()),
    };
  }

  async close(): Promise<void> {
    const handle = this.handle;
    this.handle = undefined;
    await handle?.close();
    if (handle === undefined || this.isGone) return;
    await unlink(this.path).catch(() => {});
    forgetTemporary(this.path);
  }

  private open(): FileHandle {
    if (this.handle === undefined)
      throw new InputFileError('FILE_CLOSED', `${this.path}: used after it was closed`);
    return this.handle;
  }
}
