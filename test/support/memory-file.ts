import { InputFileError } from '../../src/errors.js';
import { closing } from '../../src/files/closing.js';
import type { RandomAccessFile } from '../../src/files/random-access.js';

/** Bytes as an open file. `largestRead` is the most that was read at a time. */
export function memoryFile(bytes: Uint8Array, path = 'memory'): RandomAccessFile & { largestRead: number } {
  return {
    path,
    size: bytes.length,
    largestRead: 0,
    async read(offset, length) {
      const sound =
        Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && offset + length <= bytes.length;
      if (!sound) throw new InputFileError('FILE_TRUNCATED', `${path}: ${length} bytes at ${offset}`);
      this.largestRead = Math.max(this.largestRead, length);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    ...closing(async () => {}),
  };
}

/** Bytes from strings (one byte for each character), numbers and other bytes. */
export function bytesOf(...parts: (string | number | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string'
        ? Buffer.from(part, 'latin1')
        : typeof part === 'number'
          ? Buffer.of(part)
          : part,
    ),
  );
}
