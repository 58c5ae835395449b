import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { InputFileError } from '../../errors.js';
import { type ByteSource, memoryBytes, requireInside } from '../../files/byte-source.js';
import { crc32, crc32OfPart } from '../../files/crc32.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { entryDataOffset, shortName, type ZipEntry } from './directory.js';

/** Deflate cannot shrink more than this (zlib's documentation): a larger claim is a lie. */
const MAX_DEFLATE_RATIO = 1032;

/** Largest compressed entry that is unpacked into memory: the largest kernel of a 1024 px generator has 9.4 MB. */
const MAX_INFLATED_BYTES = 128 * 1024 * 1024;

/**
 * The content of an entry, whose checksum is checked when it is read first. Stored entries are read where they are;
 * compressed ones are unpacked into memory for each reading and not kept.
 *
 * @throws InputFileError `ZIP_DAMAGED`, `ZIP_CHECKSUM`, `ZIP_BOMB`, also from reading
 */
export async function entryBytes(file: RandomAccessFile, entry: ZipEntry): Promise<ByteSource> {
  const offset = await entryDataOffset(file, entry);
  return entry.method === 'stored' ? storedBytes(file, entry, offset) : deflatedBytes(file, entry, offset);
}

function storedBytes(file: RandomAccessFile, entry: ZipEntry, offset: number): ByteSource {
  const length = entry.size;
  let checked: Promise<void> | undefined;
  return {
    length,
    inFile: { file, offset },
    read: async (from, count, buffers) => {
      requireInside(file.path, from, count, length);
      if (from === 0 && count === length) {
        const bytes = await file.read(offset, length, buffers);
        requireSum(file, entry, crc32(bytes));
        checked ??= Promise.resolve();
        return bytes;
      }
      checked ??= crc32OfPart(file, offset, length).then((sum) => requireSum(file, entry, sum));
      await checked;
      return file.read(offset + from, count, buffers);
    },
  };
}

function deflatedBytes(file: RandomAccessFile, entry: ZipEntry, offset: number): ByteSource {
  if (entry.size > entry.compressedSize * MAX_DEFLATE_RATIO + 64 || entry.size > MAX_INFLATED_BYTES) {
    throw new InputFileError(
      'ZIP_BOMB',
      `${file.path}: ${shortName(entry.name)}: expected at most ${MAX_INFLATED_BYTES} bytes, found ` +
        `${entry.compressedSize} bytes that claim to unpack to ${entry.size}`,
    );
  }
  const unpack = async () => {
    const bytes = await inflateExactly(file, entry, await file.read(offset, entry.compressedSize));
    requireSum(file, entry, crc32(bytes));
    return memoryBytes(file.path, bytes);
  };
  return { length: entry.size, read: async (from, count) => (await unpack()).read(from, count) };
}

async function inflateExactly(
  file: RandomAccessFile,
  entry: ZipEntry,
  packed: Uint8Array,
): Promise<Uint8Array> {
  const options = { maxOutputLength: Math.max(entry.size, 1) };
  const bytes = await promisify<Uint8Array, typeof options, Buffer>(inflateRaw)(packed, options).catch(
    () => undefined,
  );
  if (bytes?.length === entry.size) return bytes;
  throw new InputFileError(
    'ZIP_DAMAGED',
    `${file.path}: ${shortName(entry.name)}: expected data that unpacks to ${entry.size} bytes`,
  );
}

function requireSum(file: RandomAccessFile, entry: ZipEntry, sum: number): void {
  if (sum === entry.crc) return;
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  throw new InputFileError(
    'ZIP_CHECKSUM',
    `${file.path}: ${shortName(entry.name)}: expected checksum ${hex(entry.crc)}, found ${hex(sum)}`,
    { hint: 'the file is damaged; copy or download it again' },
  );
}
