import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../src/files/crc32.js';

export interface ZipFault {
  /** Sums in the headers are off by one. */
  crc?: boolean;
  /** Claimed uncompressed size. */
  size?: number;
  /** All entries say that they lie where the first does. */
  overlap?: boolean;
}

/** A zip archive of some files, with faults where they are wanted. */
export function zipOf(
  files: readonly (readonly [name: string, bytes: Uint8Array, method?: 'stored' | 'deflated'])[],
  fault: ZipFault = {},
): Buffer {
  const parts: Buffer[] = [];
  const records: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes, method = 'stored'] of files) {
    const data = method === 'stored' ? Buffer.from(bytes) : deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method === 'stored' ? 0 : 8, 4);
    common.writeUInt32LE((crc32(bytes) + (fault.crc ? 1 : 0)) >>> 0, 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(fault.size ?? bytes.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const where = Buffer.alloc(14);
    where.writeUInt32LE(fault.overlap ? 0 : offset, 10);
    records.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, where, Buffer.from(name)]),
    );
    const entry = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), data]);
    parts.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(records);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

/** The files of an archive of stored entries. */
export function unzip(archive: Buffer): [string, Buffer][] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const files: [string, Buffer][] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let i = archive.readUInt16LE(end + 10); i > 0; i--) {
    const name = archive.toString('utf8', at + 46, at + 46 + archive.readUInt16LE(at + 28));
    const header = archive.readUInt32LE(at + 42);
    const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
    files.push([name, archive.subarray(start, start + archive.readUInt32LE(at + 20))]);
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}
