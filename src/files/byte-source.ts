import { InputFileError } from '../errors.js';
import type { Buffers } from './buffers.js';
import { closing } from './closing.js';
import type { RandomAccessFile } from './random-access.js';

/** A run of bytes that tensors lie in: a part of a file as it is, or something that has to be decoded first. */
export interface ByteSource {
  readonly length: number;
  /**
   * Exactly `length` bytes from `offset`, both relative to this source, in a buffer of their own; it may be taken
   * from `buffers`.
   * @throws InputFileError `FILE_TRUNCATED` outside of the source
   */
  read(offset: number, length: number, buffers?: Buffers): Promise<Uint8Array<ArrayBuffer>>;
  /** Where the bytes can be replaced by as many others; absent where they are encoded in another way. */
  readonly inFile?: { readonly file: RandomAccessFile; readonly offset: number };
}

/** Bytes that lie in a file as they are. */
export function fileBytes(file: RandomAccessFile, offset: number, length: number): ByteSource {
  return {
    length,
    inFile: { file, offset },
    read: async (from, count, buffers) => {
      requireInside(file.path, from, count, length);
      return file.read(offset + from, count, buffers);
    },
  };
}

/** Bytes that are in memory. */
export function memoryBytes(path: string, bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    read: async (from, count) => {
      requireInside(path, from, count, bytes.length);
      return new Uint8Array(bytes.subarray(from, from + count));
    },
  };
}

/** A part of a file as a file of its own; closing it closes the whole. */
export function filePart(file: RandomAccessFile, offset: number, length: number): RandomAccessFile {
  const bytes = fileBytes(file, offset, length);
  return { path: file.path, size: length, read: bytes.read, ...closing(() => file.close()) };
}

/** @throws InputFileError `FILE_TRUNCATED` */
export function requireInside(path: string, offset: number, length: number, size: number): void {
  const sound = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (sound && offset + length <= size) return;
  throw new InputFileError(
    'FILE_TRUNCATED',
    `${path}: expected ${length} bytes at byte ${offset} of ${size} bytes of data`,
    { hint: 'the file is incomplete or damaged; copy or download it again' },
  );
}
