import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createInflateRaw } from 'node:zlib';
import { InputFileError, StyleganBlendError } from '../errors.js';
import { filePart } from '../files/byte-source.js';
import { closing } from '../files/closing.js';
import { crc32, crc32OfPart } from '../files/crc32.js';
import type { RandomAccessFile } from '../files/random-access.js';
import { openScratch } from '../files/scratch.js';
import { torchPickleName } from './torch/zip.js';
import {
  entryDataOffset,
  readZipDirectory,
  shortName,
  type ZipDirectory,
  type ZipEntry,
} from './zip/directory.js';

/**
 * Checkpoints inside of gzip and zip files, which is how some are handed around. They are unpacked into a nameless
 * temporary file, so that memory does not grow with them; stored zip entries are read where they are.
 */

/** Files in files: somebody gzipped a zip. */
const MAX_LAYERS = 2;

/** Weights are noise: they hardly get smaller. What grows by more than this, beyond a first 64 MB, is a bomb. */
const MAX_GROWTH = 20;
const ALWAYS_ALLOWED = 64 * 1024 * 1024;

/** No generator comes near this. */
const MAX_UNPACKED = 16 * 1024 ** 3;

const CHUNK_BYTES = 256 * 1024;

/** First bytes of an archive with files in it, and of an empty one. */
const ZIP_STARTS: readonly string[] = ['PK\x03\x04', 'PK\x05\x06'];

export type Wrapping = 'gzip' | 'zip';

export interface Unwrapped {
  /** What holds the checkpoint itself; closing it closes what is around it. */
  readonly file: RandomAccessFile;
  /** From the outside inwards. */
  readonly wrappings: readonly Wrapping[];
  /** Where `file` is a zip archive: its directory. */
  readonly directory?: ZipDirectory;
}

/**
 * Finds the checkpoint inside of gzip and zip files around it. A torch zip file is a checkpoint, not a wrapping.
 * Closes `file` where it fails.
 *
 * @throws InputFileError `ZIP_BOMB`, `GZIP_DAMAGED`, `ZIP_AMBIGUOUS`, `ZIP_DAMAGED`, `NOT_A_CHECKPOINT`, …
 */
export async function unwrap(file: RandomAccessFile): Promise<Unwrapped> {
  const wrappings: Wrapping[] = [];
  let current = file;
  try {
    for (;;) {
      const start = Buffer.from(await current.read(0, Math.min(4, current.size)));
      const isZip = ZIP_STARTS.includes(start.toString('latin1'));
      const isGzip = start[0] === 0x1f && start[1] === 0x8b;
      if (!isZip && !isGzip) return { file: current, wrappings };
      const directory = isZip ? await readZipDirectory(current) : undefined;
      if (directory !== undefined && torchPickleName(directory) !== undefined) {
        return { file: current, wrappings, directory };
      }
      if (wrappings.length >= MAX_LAYERS) {
        throw new InputFileError(
          'NOT_A_CHECKPOINT',
          `${file.path}: expected a checkpoint, found archives in archives`,
        );
      }
      wrappings.push(isZip ? 'zip' : 'gzip');
      current = directory === undefined ? await gunzipped(current) : await unzipped(current, directory);
    }
  } catch (error) {
    await current.close();
    throw error;
  }
}

async function gunzipped(file: RandomAccessFile): Promise<RandomAccessFile> {
  // A cut-off file is reported by zlib, not padded with what there is.
  const options = { chunkSize: CHUNK_BYTES, finishFlush: constants.Z_FINISH };
  return unpackInto(file, 0, file.size, createGunzip(options), 'GZIP_DAMAGED', 'a gzip file');
}

async function unzipped(file: RandomAccessFile, directory: ZipDirectory): Promise<RandomAccessFile> {
  const entry = onlyCheckpoint(file, directory);
  const offset = await entryDataOffset(file, entry);
  if (entry.method === 'stored') {
    const sum = await crc32OfPart(file, offset, entry.size);
    if (sum !== entry.crc) throw checksum(file, entry);
    return filePart(file, offset, entry.size);
  }
  if (entry.size > limitFor(entry.compressedSize)) throw bomb(file);
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  const found = { sum: 0 };
  const unpacked = await unpackInto(
    file,
    offset,
    entry.compressedSize,
    inflate,
    'ZIP_DAMAGED',
    'a zip entry',
    found,
  );
  if (unpacked.size === entry.size && found.sum === entry.crc) return unpacked;
  await unpacked.close();
  throw checksum(file, entry);
}

/** The one file of an archive that is worth looking at. */
function onlyCheckpoint(file: RandomAccessFile, directory: ZipDirectory): ZipEntry {
  const files = [...directory.entries.values()].filter(
    ({ name, size }) => size > 0 && !name.endsWith('/') && !/(^|\/)(__MACOSX|\.)/.test(name),
  );
  const candidates = files.filter(({ name }) => /\.(pkl|pickle|pt|pth|ckpt|safetensors|gz)$/i.test(name));
  const chosen = files.length === 1 ? files : candidates;
  if (chosen.length === 1) return chosen[0]!;
  const names = (chosen.length > 0 ? chosen : files).slice(0, 5).map(({ name }) => shortName(name));
  throw new InputFileError(
    chosen.length === 0 ? 'NOT_A_CHECKPOINT' : 'ZIP_AMBIGUOUS',
    `${file.path}: expected a zip archive with one checkpoint in it, found ${
      names.length === 0 ? 'an empty one' : names.join(', ')
    }`,
    { hint: 'unpack it first' },
  );
}

/** Streams a part of a file through `transform` into a temporary file, which closes `file` when it is closed. */
async function unpackInto(
  file: RandomAccessFile,
  offset: number,
  length: number,
  transform: Transform,
  code: string,
  what: string,
  found: { sum: number } = { sum: 0 },
): Promise<RandomAccessFile> {
  const scratch = await openScratch();
  const limit = limitFor(length);
  let total = 0;
  // The stream reports its own early end in place of the reason for it.
  let refusal: unknown;
  try {
    await pipeline(
      Readable.from(chunks(file, offset, length)),
      transform,
      async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source) {
          total += chunk.length;
          found.sum = crc32(chunk, found.sum);
          try {
            if (total > limit) throw bomb(file);
            await scratch.write(chunk);
          } catch (error) {
            refusal = error;
            throw error;
          }
        }
      },
    );
  } catch (error) {
    const cause = refusal ?? error;
    await scratch.close();
    if (cause instanceof StyleganBlendError) throw cause;
    throw new InputFileError(
      code,
      `${file.path}: expected ${what} that can be unpacked, found damaged data`,
      {
        cause,
        hint: 'the file is incomplete or damaged; copy or download it again',
      },
    );
  }
  const unpacked = scratch.asFile(file.path);
  if (total === 0) {
    await scratch.close();
    throw new InputFileError('FILE_EMPTY', `${file.path}: ${what} with nothing in it`);
  }
  return {
    ...unpacked,
    ...closing(async () => {
      await scratch.close();
      await file.close();
    }),
  };
}

async function* chunks(file: RandomAccessFile, offset: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += CHUNK_BYTES) {
    yield await file.read(offset + at, Math.min(CHUNK_BYTES, length - at));
  }
}

function limitFor(packed: number): number {
  return Math.min(Math.max(packed * MAX_GROWTH, ALWAYS_ALLOWED), MAX_UNPACKED);
}

function bomb(file: RandomAccessFile): InputFileError {
  return new InputFileError(
    'ZIP_BOMB',
    `${file.path}: expected compressed weights, found data that unpack to more than ${MAX_GROWTH} times their size`,
    { hint: 'weights hardly get smaller when they are compressed; the file may be made to do harm' },
  );
}

function checksum(file: RandomAccessFile, entry: ZipEntry): InputFileError {
  return new InputFileError(
    'ZIP_CHECKSUM',
    `${file.path}: ${shortName(entry.name)}: expected the checksum and size in the archive, found others`,
    { hint: 'the file is damaged; copy or download it again' },
  );
}
