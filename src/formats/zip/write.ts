import { OutputError } from '../../errors.js';
import type { OutputSink } from '../../files/atomic-write.js';
import { crc32 } from '../../files/crc32.js';

/**
 * Writes zip archives of stored files as torch does: data start at multiples of 64 bytes, for memory mapping, which
 * an extra field called FB fills up. Checksums are put into the headers afterwards.
 */

const ALIGNMENT = 64;

/** Extra field id and its two-byte length. */
const PADDING_ID = 0x4246;
const PADDING_HEADER = 4;

/** Larger archives need zip64 records; the weights of a 1024 px generator are a thirtieth of it. */
export const MAX_ARCHIVE_BYTES = 0xffffffff;

/** 1980-01-01 0:00, the first moment that zip knows: equal content gives equal bytes. */
const DATE = 0x21;
const UTF8_NAMES = 0x0800;

/** An entry that has been written. */
export interface WrittenEntry {
  readonly name: Buffer;
  readonly offset: number;
  readonly size: number;
  readonly crc: number;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export class ZipWriter {
  private readonly path: string;
  private readonly sink: OutputSink;
  private readonly entries: WrittenEntry[] = [];

  constructor(path: string, sink: OutputSink) {
    this.path = path;
    this.sink = sink;
  }

  /** Writes one file of the archive. `chunks` has to come to `size` bytes. */
  async add(name: string, size: number, chunks: Chunks): Promise<void> {
    if (this.sink.position + size + name.length + 2 * ALIGNMENT > MAX_ARCHIVE_BYTES) {
      throw new OutputError(
        'OUTPUT_TOO_LARGE',
        `${this.path}: expected a torch file of at most 4 GB, found more`,
        { hint: 'write safetensors' },
      );
    }
    this.entries.push(await writeEntry(this.sink, name, size, chunks));
  }

  /** Writes the directory. */
  async finish(): Promise<void> {
    const offset = this.sink.position;
    for (const entry of this.entries) await this.sink.write(recordOf(entry));
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.entries.length, 8);
    end.writeUInt16LE(this.entries.length, 10);
    end.writeUInt32LE(this.sink.position - offset, 12);
    end.writeUInt32LE(offset, 16);
    await this.sink.write(end);
  }
}

/** Writes a file of an archive with its header. `chunks` has to come to `size` bytes. */
export async function writeEntry(
  sink: OutputSink,
  name: string,
  size: number,
  chunks: Chunks,
): Promise<WrittenEntry> {
  const nameBytes = Buffer.from(name, 'utf8');
  const offset = sink.position;
  const unpadded = offset + 30 + nameBytes.length + PADDING_HEADER;
  const padding = (ALIGNMENT - (unpadded % ALIGNMENT)) % ALIGNMENT;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(UTF8_NAMES, 6);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt32LE(size, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(nameBytes.length, 26);
  header.writeUInt16LE(PADDING_HEADER + padding, 28);
  const extra = Buffer.alloc(PADDING_HEADER + padding, 'Z');
  extra.writeUInt16LE(PADDING_ID, 0);
  extra.writeUInt16LE(padding, 2);
  await sink.write(Buffer.concat([header, nameBytes, extra]));

  const start = sink.position;
  let crc = 0;
  for await (const chunk of chunks) {
    crc = crc32(chunk, crc);
    await sink.write(chunk);
  }
  if (sink.position - start !== size)
    throw new RangeError(`${name}: ${sink.position - start} bytes, not ${size}`);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc);
  await sink.rewrite(offset + 14, sum);
  return { name: nameBytes, offset, size, crc };
}

/** The entry's record for the directory. */
export function recordOf({ name, offset, size, crc }: WrittenEntry): Buffer {
  const isFar = offset >= MAX_ARCHIVE_BYTES;
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x02014b50, 0);
  record.writeUInt16LE(20, 4);
  record.writeUInt16LE(20, 6);
  record.writeUInt16LE(UTF8_NAMES, 8);
  record.writeUInt16LE(DATE, 14);
  record.writeUInt32LE(crc, 16);
  record.writeUInt32LE(size, 20);
  record.writeUInt32LE(size, 24);
  record.writeUInt16LE(name.length, 28);
  record.writeUInt16LE(isFar ? 12 : 0, 30);
  record.writeUInt32LE(isFar ? MAX_ARCHIVE_BYTES : offset, 42);
  return Buffer.concat([record, name, isFar ? wideOffset(offset) : Buffer.alloc(0)]);
}

/** The zip64 extra field with one number. */
function wideOffset(offset: number): Buffer {
  const extra = Buffer.alloc(12);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8, 2);
  extra.writeBigUInt64LE(BigInt(offset), 4);
  return extra;
}
