import { open } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import * as zlib from 'node:zlib';
import { crc32 } from '../../files/crc32.js';

/** Below this many bytes a checksum is there before a thread has started. */
const THREAD_FROM_BYTES = 16 * 1024 * 1024;

const CHUNK_BYTES = 1024 * 1024;

/** What the thread runs, as text: the path of a module differs between the sources and the built package. */
const THREAD_SOURCE = `
const { crc32 } = require('node:zlib');
const { openSync, readSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const chunk = Buffer.allocUnsafeSlow(workerData.chunkBytes);
const file = openSync(workerData.path, 'r');
let sum = 0;
for (let n; (n = readSync(file, chunk, 0, chunk.length, null)) > 0; ) sum = crc32(chunk.subarray(0, n), sum);
parentPort.postMessage(sum);
`;

/**
 * CRC-32 of a file that should have `bytes` bytes; undefined where it has not. Of a large file on a thread of its own,
 * so that the caller can go on.
 */
export async function checksumOfFile(path: string, bytes: number): Promise<number | undefined> {
  const handle = await open(path, 'r');
  try {
    if ((await handle.stat()).size !== bytes) return undefined;
    if (bytes >= THREAD_FROM_BYTES && 'crc32' in zlib) return await checksumOnThread(path);
    const chunk = Buffer.allocUnsafeSlow(Math.min(bytes, CHUNK_BYTES));
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

function checksumOnThread(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const workerData = { path, chunkBytes: CHUNK_BYTES };
    const worker = new Worker(THREAD_SOURCE, { eval: true, workerData, execArgv: [] });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`${path}: no checksum`)));
  });
}
