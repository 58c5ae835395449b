import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { InputFileError } from '../errors.js';
import { openForReading } from './random-access.js';

/** Below this many bytes hashing is over before a worker thread has started (some 15 ms). */
const WORKER_FROM_BYTES = 4 * 1024 * 1024;

/** Bytes that are hashed at a time: so few that they are still in the cache when they have been read. */
const CHUNK_BYTES = 128 * 1024;

/**
 * What the worker runs. Given as text because the path of a source file differs between the sources and the
 * built package. Synchronous reads: the thread has nothing else to do.
 */
const WORKER_SOURCE = `
const { createHash } = require('node:crypto');
const { openSync, readSync, closeSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const chunk = Buffer.allocUnsafeSlow(workerData.chunkBytes);
parentPort.on('message', (path) => {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  for (let n; (n = readSync(file, chunk, 0, chunk.length, null)) > 0; ) hash.update(chunk.subarray(0, n));
  closeSync(file);
  parentPort.postMessage(hash.digest('hex'));
});
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

/**
 * Starts the thread that hashes large files, which takes longer than opening a checkpoint does. Worth while where it
 * is known that one will have to be hashed; the thread keeps no process alive.
 */
export function prepareHashing(): void {
  hasher ??= startHasher();
}

interface Waiting {
  readonly path: string;
  readonly resolve: (hash: string) => void;
  readonly reject: (error: InputFileError) => void;
}

/** The thread and the files that it has been given, in order. */
let hasher: { readonly worker: Worker; readonly waiting: Waiting[] } | undefined;

/** One thread for all files: with a thread for each, they and the caller would keep each other from the processor. */
function hashInWorker(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    hasher ??= startHasher();
    hasher.waiting.push({ path, resolve, reject });
    hasher.worker.ref();
    hasher.worker.postMessage(path);
  });
}

/** A thread that ends when there is nothing more to do. */
function startHasher(): { worker: Worker; waiting: Waiting[] } {
  const waiting: Waiting[] = [];
  const worker = new Worker(WORKER_SOURCE, {
    eval: true,
    workerData: { chunkBytes: CHUNK_BYTES },
    // The thread needs next to no heap, and the process's flags (a test runner's loaders) are not for it.
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    execArgv: [],
  });
  const end = () => {
    if (hasher?.worker === worker) hasher = undefined;
    void worker.terminate();
  };
  worker.on('message', (hash: string) => {
    waiting.shift()?.resolve(hash);
    if (waiting.length === 0) end();
  });
  // A file that cannot be read ends the thread; those after it have another one.
  worker.once('error', (cause) => {
    end();
    const [failed, ...others] = waiting;
    failed?.reject(
      new InputFileError('FILE_UNREADABLE', `${failed.path}: cannot be read for hashing`, { cause }),
    );
    for (const { path, resolve, reject } of others) hashInWorker(path).then(resolve, reject);
  });
  // Not before: whoever listens to messages holds the process.
  worker.unref();
  return { worker, waiting };
}
