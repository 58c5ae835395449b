import { InputFileError, throwIfAborted } from '../../errors.js';
import type { FileOutput, OutputSink } from '../../files/atomic-write.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import type { Patch } from './patches.js';
import type { ZipSums } from './zip-sums.js';

/** Bytes that are copied at a time where nothing changes. */
const COPY_BYTES = 2 * 1024 * 1024;

interface CopyOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes of the file written and to write. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** A copy of a file that becomes different where patches say so; both kinds are given the patches in order. */
interface Copy {
  /** Copies what lies before a position and after the last patch. */
  upTo(position: number): Promise<void>;
  /** @param isChanged whether `bytes` differ from those of the original */
  replace(patch: Patch, bytes: Uint8Array, isChanged: boolean): Promise<void>;
  /** Copies what lies before a position of the original, and nothing behind it. */
  endAt(position: number): Promise<void>;
}

/**
 * A copy that the system has made: only what changes is written.
 * @throws InputFileError `FILE_CHANGED` where the file is no longer as long as when it was opened
 */
export class RewrittenCopy implements Copy {
  private readonly sink: FileOutput;
  private readonly options: CopyOptions;
  /** Bytes that patches have yet to look at. */
  private remaining: number;

  constructor(file: RandomAccessFile, sink: FileOutput, patches: readonly Patch[], options: CopyOptions) {
    if (sink.position !== file.size) {
      throw new InputFileError(
        'FILE_CHANGED',
        `${file.path}: expected ${file.size} bytes as when it was opened, found ${sink.position} in its copy`,
        { hint: 'somebody writes this file; wait until that has ended' },
      );
    }
    this.sink = sink;
    this.options = options;
    this.remaining = patches.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  async upTo(): Promise<void> {
    throwIfAborted(this.options.signal);
  }

  async replace({ start, end }: Patch, bytes: Uint8Array, isChanged: boolean): Promise<void> {
    if (isChanged) await this.sink.rewrite(start, bytes);
    this.remaining -= end - start;
    this.options.onProgress?.(this.sink.position - this.remaining, this.sink.position);
  }

  async endAt(position: number): Promise<void> {
    throwIfAborted(this.options.signal);
    if (position < this.sink.position) await this.sink.truncate(position);
  }
}

/** A copy that is written from its beginning to its end: patches may change its length, and checksums see it all. */
export class PatchedCopy implements Copy {
  private readonly file: RandomAccessFile;
  private readonly sink: OutputSink;
  private readonly sums: ZipSums | undefined;
  private readonly options: CopyOptions;
  /** Position in the container. */
  private at = 0;

  constructor(file: RandomAccessFile, sink: OutputSink, sums: ZipSums | undefined, options: CopyOptions) {
    this.file = file;
    this.sink = sink;
    this.sums = sums;
    this.options = options;
  }

  async upTo(position: number): Promise<void> {
    const read = (from: number) => {
      const length = Math.min(COPY_BYTES, position - from);
      return length > 0 ? this.file.read(from, length) : undefined;
    };
    // The next piece is read while this one is written.
    let next = read(this.at);
    try {
      while (this.at < position) {
        const bytes = (await next)!;
        next = read(this.at + bytes.length);
        next?.catch(() => {});
        await this.put(bytes, bytes.length);
      }
    } finally {
      await next?.catch(() => {});
    }
  }

  async replace(patch: Patch, bytes: Uint8Array): Promise<void> {
    await this.put(bytes, patch.end - patch.start);
  }

  async endAt(position: number): Promise<void> {
    await this.upTo(position);
  }

  private async put(bytes: Uint8Array, replacedLength: number): Promise<void> {
    throwIfAborted(this.options.signal);
    // Only containers without checksums change their length, so that both positions are the same here.
    this.sums?.observe(this.at, bytes);
    await this.sink.write(bytes);
    this.at += replacedLength;
    this.options.onProgress?.(this.at, this.file.size);
  }
}
