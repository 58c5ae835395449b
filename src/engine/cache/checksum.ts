import { open } from 'node:fs/promises';
import * as zlib from 'node:zlib';
import { crc32 } from '../../files/crc32.js';
import { DIGEST_CHUNK_BYTES, digestOnThread } from '../../files/digest-thread.js';

/** Below this many bytes a checksum is there before a thread has started. */
const THREAD_FROM_BYTES = 16 * 1024 * 1024;

/**
 * CRC-32 of a file that should have `bytes` bytes; undefined where it has not. Of a large file on a thread of its
 * own, so that the caller can go on.
 */
export async function checksumOfFile(path: string, bytes: number): Promise<number | undefined> {
  const handle = await open(path, 'r');
  try {
    if ((await handle.stat()).size !== bytes) return undefined;
    if (bytes >= THREAD_FROM_BYTES && 'crc32' in zlib) return Number(await digestOnThread(path, 'crc32'));
    const chunk = Buffer.allocUnsafeSlow(Math.min(bytes, DIGEST_CHUNK_BYTES));
    let sum = 0;
    for (let at = 0; at < bytes; ) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) return undefined;
      sum = crc32(chunk.subarray(0, bytesRead), sum);
      at += bytesRead;
    }
    return sum;
  } finally {
    await handle.close();
  }
}
