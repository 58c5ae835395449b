import { OutputError } from '../../errors.js';
import type { OutputSink } from '../../files/atomic-write.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import type { ZipDirectory, ZipEntry } from './directory.js';
import { MAX_ARCHIVE_BYTES, recordOf, type WrittenEntry } from './write.js';

/** What stands between the directory and the end of an archive: two zip64 records and a comment of up to 64 kB. */
const MAX_END_BYTES = 256 * 1024;

const LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_SIGNATURE = 0x06064b50;
const MAX_16 = 0xffff;

const RECORD_CRC_AT = 16;

export interface DirectoryChange {
  /** New checksums of entries. */
  readonly sums: ReadonlyMap<ZipEntry, number>;
  readonly removed?: ZipEntry;
  readonly added?: WrittenEntry;
}

/**
 * Writes the directory and the end of an archive, whose data the sink has already: those of another archive but for
 * what has changed.
 *
 * @param path of the file that is written, for messages
 * @throws OutputError `OUTPUT_TOO_LARGE` where an archive without zip64 records comes to more than 4 GB
 */
export async function copyDirectory(
  path: string,
  file: RandomAccessFile,
  directory: ZipDirectory,
  sink: OutputSink,
  { sums, removed, added }: DirectoryChange,
): Promise<void> {
  const records = await file.read(directory.offset, directory.end - directory.offset);
  const entries = [...directory.entries.values()].sort((a, b) => a.recordOffset - b.recordOffset);
  const offset = sink.position;
  for (const [i, entry] of entries.entries()) {
    if (entry === removed) continue;
    const end = entries[i + 1]?.recordOffset ?? directory.end;
    const record = records.subarray(entry.recordOffset - directory.offset, end - directory.offset);
    const sum = sums.get(entry);
    if (sum !== undefined) new DataView(record.buffer, record.byteOffset).setUint32(RECORD_CRC_AT, sum, true);
    await sink.write(record);
  }
  if (added !== undefined) await sink.write(recordOf(added));
  const count = entries.length - (removed === undefined ? 0 : 1) + (added === undefined ? 0 : 1);
  const size = sink.position - offset;
  await sink.write(await endOf(path, file, directory, { offset, size, count }));
}

/** The bytes behind the directory, with other numbers in them. */
async function endOf(
  path: string,
  file: RandomAccessFile,
  directory: ZipDirectory,
  { offset, size, count }: { offset: number; size: number; count: number },
): Promise<Uint8Array> {
  const length = file.size - directory.end;
  const tooLarge = (what: string) => new OutputError('OUTPUT_TOO_LARGE', `${path}: ${what}`);
  if (length > MAX_END_BYTES) throw tooLarge(`${length} bytes behind the directory of ${file.path}`);
  const bytes = await file.read(directory.end, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const end = directory.endRecord - directory.end;
  const locator = end - 20;
  const isWide = locator >= 0 && view.getUint32(locator, true) === LOCATOR_SIGNATURE;
  if (isWide) {
    const at = Number(view.getBigUint64(locator + 8, true)) - directory.end;
    const isThere = at >= 0 && at + 56 <= locator && view.getUint32(at, true) === ZIP64_SIGNATURE;
    if (!isThere) throw tooLarge(`no zip64 record where ${file.path} says that it is`);
    view.setBigUint64(at + 24, BigInt(count), true);
    view.setBigUint64(at + 32, BigInt(count), true);
    view.setBigUint64(at + 40, BigInt(size), true);
    view.setBigUint64(at + 48, BigInt(offset), true);
    view.setBigUint64(locator + 8, BigInt(offset + size + at), true);
  } else if (offset >= MAX_ARCHIVE_BYTES || count >= MAX_16) {
    throw tooLarge('an archive of more than 4 GB, for which its container has no records');
  }
  // What stands in the zip64 record only stays there.
  for (const at of [end + 8, end + 10]) {
    if (view.getUint16(at, true) !== MAX_16) view.setUint16(at, Math.min(count, MAX_16), true);
  }
  for (const [at, value] of [
    [end + 12, size],
    [end + 16, offset],
  ] as const) {
    if (view.getUint32(at, true) !== MAX_ARCHIVE_BYTES)
      view.setUint32(at, Math.min(value, MAX_ARCHIVE_BYTES), true);
  }
  return bytes;
}
