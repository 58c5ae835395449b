import type { OutputSink } from '../../files/atomic-write.js';
import { crc32 } from '../../files/crc32.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { entryDataOffset, type ZipDirectory, type ZipEntry } from '../../formats/zip/directory.js';

const DESCRIPTOR_SIGNATURE = 0x08074b50;

/** Where the checksum stands in an entry's own header. */
const LOCAL_CRC_AT = 14;

interface Sum {
  readonly entry: ZipEntry;
  readonly start: number;
  readonly end: number;
  value: number;
}

/** Sums up entries of a zip archive while a copy of it is written, and renews the checksums in the copy. */
export class ZipSums {
  private readonly file: RandomAccessFile;
  /** In the order of the file. */
  private readonly sums: Sum[];
  private next = 0;

  private constructor(file: RandomAccessFile, sums: Sum[]) {
    this.file = file;
    this.sums = sums;
  }

  /** @param changing positions in the file whose entries may change */
  static async of(
    file: RandomAccessFile,
    directory: ZipDirectory,
    changing: readonly { start: number; end: number }[],
  ): Promise<ZipSums> {
    const entries = [...directory.entries.values()].sort((a, b) => a.headerOffset - b.headerOffset);
    const sums: Sum[] = [];
    let at = 0;
    for (const entry of entries) {
      const start = await entryDataOffset(file, entry);
      const end = start + entry.compressedSize;
      while (at < changing.length && changing[at]!.end <= start) at++;
      const isTouched = at < changing.length && changing[at]!.start < end;
      if (isTouched) sums.push({ entry, start, end, value: 0 });
    }
    return new ZipSums(file, sums);
  }

  /** Bytes of the copy, which are given in order and without gaps. */
  observe(position: number, bytes: Uint8Array): void {
    for (let i = this.next; i < this.sums.length; i++) {
      const sum = this.sums[i]!;
      const [from, to] = [Math.max(sum.start, position), Math.min(sum.end, position + bytes.length)];
      if (from >= to) {
        if (sum.start >= position + bytes.length) break;
        continue;
      }
      sum.value = crc32(bytes.subarray(from - position, to - position), sum.value);
      if (sum.end <= position + bytes.length) this.next = i + 1;
    }
  }

  /** Renews the checksums beside the data of entries whose bytes have changed, and returns them for the directory. */
  async renew(sink: OutputSink): Promise<Map<ZipEntry, number>> {
    const changed = new Map<ZipEntry, number>();
    for (const { entry, end, value } of this.sums) {
      if (value === entry.crc) continue;
      changed.set(entry, value);
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(value);
      for (const position of await this.placesOf(entry, end)) await sink.rewrite(position, bytes);
    }
    return changed;
  }

  private async placesOf(entry: ZipEntry, end: number): Promise<number[]> {
    const places: number[] = [];
    // A header whose checksum follows the data may hold 0.
    const local = entry.headerOffset + LOCAL_CRC_AT;
    if ((await this.u32(local)) === entry.crc) places.push(local);
    if (entry.hasDescriptor) {
      const hasSignature = (await this.u32(end)) === DESCRIPTOR_SIGNATURE;
      places.push(end + (hasSignature ? 4 : 0));
    }
    return places;
  }

  private async u32(position: number): Promise<number> {
    return new DataView((await this.file.read(position, 4)).buffer).getUint32(0, true);
  }
}
