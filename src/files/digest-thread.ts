import { Worker } from 'node:worker_threads';
import { AbortedError, throwIfAborted } from '../errors.js';

/**
 * What a thread can compute of a file: SHA-256 as lower-case hex, or CRC-32 (where Node has it) as decimal digits.
 */
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

interface DigestThread {
  readonly worker: Worker;
  readonly waiting: Waiting[];
  /** Ends the thread because of one of its files; the others have another one. */
  drop(item: Waiting | undefined, error: unknown): void;
}

/** The thread and the files that it has been given, in order. */
let running: DigestThread | undefined;

/**
 * A digest of a file, computed on a thread of its own so that the caller can go on meanwhile. One thread serves all
 * files: with one for each, they and the caller would keep each other from the processor.
 *
 * @param signal ends the thread's work on this file
 * @throws Error where the file cannot be read; AbortedError
 */
export async function digestOnThread(path: string, kind: DigestKind, signal?: AbortSignal): Promise<string> {
  throwIfAborted(signal);
  let drop = () => {};
  try {
    return await new Promise((resolve, reject) => {
      const thread = startThread();
      const item = { path, kind, resolve, reject };
      thread.waiting.push(item);
      thread.worker.ref();
      thread.worker.postMessage({ path, kind });
      drop = () => thread.drop(item, new AbortedError());
      signal?.addEventListener('abort', drop, { once: true });
    });
  } finally {
    signal?.removeEventListener('abort', drop);
  }
}

/**
 * Starts the thread, which takes longer than opening a checkpoint does. Worth while where it is known that a large
 * file will have to be hashed; the thread keeps no process alive.
 */
export function prepareDigests(): void {
  startThread();
}

/** The thread, which ends when there is nothing more to do. */
function startThread(): DigestThread {
  if (running !== undefined) return running;
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
  const drop: DigestThread['drop'] = (item, error) => {
    if (item !== undefined && !waiting.includes(item)) return;
    end();
    item?.reject(error);
    const others = waiting.splice(0).filter((other) => other !== item);
    if (others.length === 0) return;
    const next = startThread();
    next.waiting.push(...others);
    next.worker.ref();
    for (const { path, kind } of others) next.worker.postMessage({ path, kind });
  };
  // A file that cannot be read ends the thread.
  worker.once('error', (error) => drop(waiting[0], error));
  // Not before: whoever listens to messages holds the process.
  worker.unref();
  running = { worker, waiting, drop };
  return running;
}
