import { InputFileError } from '../../errors.js';
import type { RandomAccessFile } from '../../files/random-access.js';

/**
 * The directory of a zip archive (PKWARE APPNOTE 6.3), checked: torch's checkpoints since 1.6 are such archives, and
 * people put checkpoints into archives. Names lead nowhere: nothing is ever unpacked into a folder.
 */

/** Files in one archive. A torch file has one for each tensor. */
const MAX_ENTRIES = 65_536;

/** Bytes of the directory, at some 100 for each entry. */
const MAX_DIRECTORY_BYTES = 32 * 1024 * 1024;

/** The end record has 22 bytes and a comment of up to 65,535. */
const END_BYTES = 22;
const MAX_COMMENT = 65_535;

const END_SIGNATURE = 0x06054b50;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;

/** In a 32-bit field: the value is in the zip64 extra field. */
const IN_ZIP64 = 0xffffffff;

export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Position of the local header. */
  readonly headerOffset: number;
  /** Position of the entry's record in the directory. */
  readonly recordOffset: number;
  /** Whether sums and sizes follow the data once more (general purpose bit 3). */
  readonly hasDescriptor: boolean;
}

export interface ZipDirectory {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Position of the first record of the directory; data lies before it. */
  readonly offset: number;
  /** Position behind its last record. */
  readonly end: number;
  /** Position of the end record. */
  readonly endRecord: number;
}

/**
 * Reads and checks the directory of a zip archive.
 *
 * @throws InputFileError `ZIP_DAMAGED`, `ZIP_UNSUPPORTED`, `ZIP_HOSTILE` (names that lead out of the archive, or
 *   twice the same name, or entries that overlap)
 */
export async function readZipDirectory(file: RandomAccessFile): Promise<ZipDirectory> {
  const { offset, size, count, endRecord } = await findDirectory(file);
  if (count > MAX_ENTRIES || size > MAX_DIRECTORY_BYTES) {
    throw unsupported(file, `at most ${MAX_ENTRIES} files`, `${count} (a directory of ${size} bytes)`);
  }
  const bytes = await file.read(offset, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== ENTRY_SIGNATURE) {
      throw damaged(file, `expected ${count} files in the directory, found ${i}`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) =>
      view.getUint16(at + o, true),
    ) as [number, number, number];
    const end = at + 46 + nameLength + extraLength + commentLength;
    if (end > size) throw damaged(file, 'the directory ends inside of a record');
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString('utf8');
    const extra = new DataView(bytes.buffer, bytes.byteOffset + at + 46 + nameLength, extraLength);
    requireHarmless(file, name);
    if (entries.has(name)) throw hostile(file, `${shortName(name)} is there twice`);
    entries.set(name, parseRecord(file, name, view, at, extra, offset));
    at = end;
  }
  requireApart(file, [...entries.values()], offset);
  return { entries, offset, end: offset + at, endRecord };
}

/**
 * Position of an entry's first byte of data: behind the local header, which must name the same file.
 *
 * @throws InputFileError `ZIP_DAMAGED`
 */
export async function entryDataOffset(file: RandomAccessFile, entry: ZipEntry): Promise<number> {
  const start = entry.headerOffset;
  const header = await file.read(start, Math.min(30, file.size - start));
  const view = new DataView(header.buffer);
  if (header.length < 30 || view.getUint32(0, true) !== LOCAL_SIGNATURE) {
    throw damaged(file, `expected the header of ${shortName(entry.name)} at byte ${start}`);
  }
  const nameLength = view.getUint16(26, true);
  const offset = start + 30 + nameLength + view.getUint16(28, true);
  if (offset + entry.compressedSize > file.size) {
    throw damaged(file, `${shortName(entry.name)} ends behind the end of the file`);
  }
  const name = Buffer.from(await file.read(start + 30, nameLength)).toString('utf8');
  if (name !== entry.name) {
    throw damaged(file, `${shortName(entry.name)} is called ${shortName(name)} in its own header`);
  }
  return offset;
}

async function findDirectory(
  file: RandomAccessFile,
): Promise<{ offset: number; size: number; count: number; endRecord: number }> {
  const tailLength = Math.min(file.size, END_BYTES + MAX_COMMENT);
  const tailStart = file.size - tailLength;
  const tail = await file.read(tailStart, tailLength);
  const view = new DataView(tail.buffer);
  let end = tail.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END_SIGNATURE) end--;
  if (end < 0) throw damaged(file, 'the directory at the end is missing: the archive is incomplete');
  let [count, size, offset] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  const position = tailStart + end;
  if ((count === 0xffff || size === IN_ZIP64 || offset === IN_ZIP64) && position >= 20) {
    const locator = new DataView((await file.read(position - 20, 20)).buffer);
    if (locator.getUint32(0, true) === ZIP64_LOCATOR_SIGNATURE) {
      const at = Number(locator.getBigUint64(8, true));
      if (at + 56 > position) throw damaged(file, 'the zip64 record lies outside of the file');
      const record = new DataView((await file.read(at, 56)).buffer);
      if (record.getUint32(0, true) !== ZIP64_END_SIGNATURE) throw damaged(file, 'expected a zip64 record');
      count = Number(record.getBigUint64(32, true));
      size = Number(record.getBigUint64(40, true));
      offset = Number(record.getBigUint64(48, true));
    }
  }
  if (offset + size > position) throw damaged(file, 'the directory lies outside of the file');
  return { offset, size, count, endRecord: position };
}

function parseRecord(
  file: RandomAccessFile,
  name: string,
  view: DataView,
  at: number,
  extra: DataView,
  directoryOffset: number,
): ZipEntry {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  if (flags & 1) throw unsupported(file, 'files without a password', `an encrypted ${shortName(name)}`);
  if (method !== 0 && method !== 8) {
    throw unsupported(file, 'stored or deflated files', `method ${method} for ${shortName(name)}`);
  }
  const wide = zip64Values(extra);
  const field = (offset: number) => {
    const value = view.getUint32(at + offset, true);
    return value === IN_ZIP64 ? (wide.shift() ?? value) : value;
  };
  const size = field(24);
  const compressedSize = field(20);
  const headerOffset = field(42);
  if (method === 0 && size !== compressedSize) {
    throw damaged(file, `${shortName(name)}: expected ${size} stored bytes, found ${compressedSize}`);
  }
  if (headerOffset + 30 + compressedSize > directoryOffset) {
    throw damaged(file, `${shortName(name)} lies outside of the archive`);
  }
  return {
    name,
    method: method === 0 ? 'stored' : 'deflated',
    crc: view.getUint32(at + 16, true),
    compressedSize,
    size,
    headerOffset,
    recordOffset: directoryOffset + at,
    hasDescriptor: (flags & 8) !== 0,
  };
}

/** The 64-bit numbers of the zip64 extra field (id 1): those that did not fit, in a fixed order. */
function zip64Values(extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === 1 && at + 4 + length <= extra.byteLength) {
      return Array.from({ length: Math.floor(length / 8) }, (_, i) =>
        Number(extra.getBigUint64(at + 4 + 8 * i, true)),
      );
    }
    at += 4 + length;
  }
  return [];
}

function requireHarmless(file: RandomAccessFile, name: string): void {
  const leadsOut = name.split(/[/\\]/).includes('..') || /^([/\\]|[a-z]:)/i.test(name) || name.includes('\0');
  if (leadsOut) throw hostile(file, `the name ${shortName(name)} leads out of the archive`);
}

/** Entries that lie on top of each other are how small archives unpack to huge ones. */
function requireApart(file: RandomAccessFile, entries: ZipEntry[], directoryOffset: number): void {
  entries.sort((a, b) => a.headerOffset - b.headerOffset);
  for (const [i, entry] of entries.entries()) {
    const limit = entries[i + 1]?.headerOffset ?? directoryOffset;
    if (entry.headerOffset + 30 + entry.compressedSize > limit) {
      throw hostile(file, `${shortName(entry.name)} overlaps with what follows it`);
    }
  }
}

/** A name from the archive, short and without control characters. */
export function shortName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be removed
  return JSON.stringify(name.slice(0, 80).replace(/[\x00-\x1f\x7f]/g, '?'));
}

function damaged(file: RandomAccessFile, what: string): InputFileError {
  return new InputFileError('ZIP_DAMAGED', `${file.path}: zip archive: ${what}`, {
    hint: 'the file is incomplete or damaged; copy or download it again',
  });
}

function hostile(file: RandomAccessFile, what: string): InputFileError {
  return new InputFileError('ZIP_HOSTILE', `${file.path}: zip archive: ${what}`, {
    hint: 'no tool writes such an archive; it may be made to do harm',
  });
}

function unsupported(file: RandomAccessFile, expected: string, found: string): InputFileError {
  return new InputFileError(
    'ZIP_UNSUPPORTED',
    `${file.path}: zip archive: expected ${expected}, found ${found}`,
  );
}
