import { Worker } from 'node:worker_threads';

/** What a thread can compute of a file: SHA-256 as lower-case hex, or CRC-32 (where Node has it) as decimal digits. */
export type DigestKind = 'sha256' | 'crc32';

/** Bytes that are taken at a time: so few that they are still in the cache when they have been read. */
export const DIGEST_CHUNK_BYTES = 128 * 1024;

/**
 * What the thread runs. Given as text because the path of a source file differs between the sources and the
 * built package. Synchronous reads: the thread has nothing else to do.
 */
const THREAD_SOURCE = `
const { createHash } = require('node:crypto');
const { crc32 } = require('node:zlib');
const { openSync, readSync, closeSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const chunk = Buffer.allocUnsafeSlow(workerData.chunkBytes);
parentPort.on('message', ({ path, kind }) => {
  const hash = kind === 'sha256' ? createHash('sha256') : undefined;
  let sum = 0;
  const file = openSync(path, 'r');
  for (let n; (n = readSync(file, chunk, 0, chunk.length, null)) > 0; ) {
    const bytes = chunk.subarray(0, n);
    if (hash === undefined) sum = crc32(bytes, sum);
    else hash.update(bytes);
  }
  closeSync(file);
  parentPort.postMessage(hash === undefined ? String(sum) : hash.digest('hex'));
});
`;

interface Waiting {
  readonly path: string;
  readonly kind: DigestKind;
  readonly resolve: (digest: string) => void;
  readonly reject: (error: unknown) => void;
}

/** The thread and the files that it has been given, in order. */
let running: { readonly worker: Worker; readonly waiting: Waiting[] } | undefined;

/**
 * A digest of a file, computed on a thread of its own so that the caller can go on meanwhile. One thread serves all
 * files: with one for each, they and the caller would keep each other from the processor.
 *
 * @throws Error where the file cannot be read
 */
export function digestOnThread(path: string, kind: DigestKind): Promise<string> {
  return new Promise((resolve, reject) => {
    running ??= startThread();
    running.waiting.push({ path, kind, resolve, reject });
    running.worker.ref();
    running.worker.postMessage({ path, kind });
  });
}

/**
 * Starts the thread, which takes longer than opening a checkpoint does. Worth while where it is known that a large file
 * will have to be hashed; the thread keeps no process alive.
 */
export function prepareDigests(): void {
  running ??= startThread();
}

/** A thread that ends when there is nothing more to do. */
function startThread(): { worker: Worker; waiting: Waiting[] } {
  const waiting: Waiting[] = [];
  const worker = new Worker(THREAD_SOURCE, {
    eval: true,
    workerData: { chunkBytes: DIGEST_CHUNK_BYTES },
    // The thread needs next to no heap, and the process's flags (a test runner's loaders) are not for it.
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    execArgv: [],
  });
  const end = () => {
    if (running?.worker === worker) running = undefined;
    void worker.terminate();
  };
  worker.on('message', (digest: string) => {
    waiting.shift()?.resolve(digest);
    if (waiting.length === 0) end();
  });
  // A file that cannot be read ends the thread; those after it have another one.
  worker.once('error', (error) => {
    end();
    const [failed, ...others] = waiting;
    failed?.reject(error);
    for (const { path, kind, resolve, reject } of others) digestOnThread(path, kind).then(resolve, reject);
  });
  // Not before: whoever listens to messages holds the process.
  worker.unref();
  return { worker, waiting };
}
