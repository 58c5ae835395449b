import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { InputFileError } from '../errors.js';
import { openForReading } from './random-access.js';

/** Below this many bytes hashing is over before a worker thread has started (some 15 ms). */
const WORKER_FROM_BYTES = 4 * 1024 * 1024;

/** Bytes that are hashed at a time; larger steps are no faster. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * What the worker runs. Given as text because the path of a source file differs between the sources and the
 * built package. Synchronous reads: the thread has nothing else to do.
 */
const WORKER_SOURCE = `
const { createHash } = require('node:crypto');
const { openSync, readSync, closeSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const hash = createHash('sha256');
const chunk = Buffer.allocUnsafeSlow(workerData.chunkBytes);
const file = openSync(workerData.path, 'r');
for (let n; (n = readSync(file, chunk, 0, chunk.length, null)) > 0; ) hash.update(chunk.subarray(0, n));
closeSync(file);
parentPort.postMessage(hash.digest('hex'));
`;

/**
 * SHA-256 of a file's bytes as lower-case hex. A large file is hashed on a thread of its own, so that the caller
 * can work on its tensors meanwhile.
 *
 * @throws InputFileError as `openForReading`.
 */
export async function sha256OfFile(path: string): Promise<string> {
  const file = await openForReading(path);
  try {
    if (file.size >= WORKER_FROM_BYTES) return await hashInWorker(path);
    const hash = createHash('sha256');
    for (let at = 0; at < file.size; at += CHUNK_BYTES) {
      hash.update(await file.read(at, Math.min(CHUNK_BYTES, file.size - at)));
    }
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

function hashInWorker(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER_SOURCE, {
      eval: true,
      workerData: { path, chunkBytes: CHUNK_BYTES },
      // The thread needs next to no heap, and the process's flags (a test runner's loaders) are not for it.
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
      execArgv: [],
    });
    const fail = (cause: unknown) =>
      reject(new InputFileError('FILE_UNREADABLE', `${path}: cannot be read for hashing`, { cause }));
    worker.once('message', resolve);
    worker.once('error', fail);
    worker.once('exit', () => fail(undefined));
  });
}
