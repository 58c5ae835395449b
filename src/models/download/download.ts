import { setTimeout as sleep } from 'node:timers/promises';
import { AbortedError, InputFileError, throwIfAborted } from '../../errors.js';
import { attempt } from './attempt.js';
import { Interruption } from './errors.js';

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** @param total undefined where the server does not say */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** How often a lost connection is taken up again; 4 where absent. */
  readonly retries?: number;
  /** Milliseconds before the first of these; they double. */
  readonly retryMs?: number;
  /** Milliseconds without a byte after which a connection counts as lost; 30 s where absent. */
  readonly idleMs?: number;
}

const RETRIES = 4;
const RETRY_MS = 500;
const IDLE_MS = 30_000;

/**
 * Downloads an address to `part`, going on where an earlier call was interrupted. Afterwards `part` is complete and
 * on the disk. Where it fails, what has come is kept for the next call, unless it is useless.
 *
 * @throws InputFileError `DOWNLOAD_…`; OutputError where `part` cannot be written; AbortedError
 */
export async function download(url: string, part: string, options: DownloadOptions = {}): Promise<void> {
  const { signal, onProgress, retries = RETRIES, retryMs = RETRY_MS, idleMs = IDLE_MS } = options;
  for (let failures = 0; ; failures++) {
    throwIfAborted(signal);
    try {
      return await attempt(url, part, { signal, onProgress, idleMs });
    } catch (error) {
      if (signal?.aborted) throw new AbortedError();
      if (!(error instanceof Interruption)) throw error;
      if (failures === retries) throw gaveUp(url, error, failures + 1);
    }
    await sleep(retryMs * 2 ** failures, undefined, { signal }).catch(() => {});
  }
}

function gaveUp(url: string, error: Interruption, attempts: number): InputFileError {
  return new InputFileError(
    'DOWNLOAD_FAILED',
    `${url}: ${error.message}, at the last of ${attempts} attempts`,
    {
      hint: 'what has come is kept: the same command goes on from there',
      cause: error,
    },
  );
}
