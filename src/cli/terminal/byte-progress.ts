import type { Progress } from './progress.js';
import type { Terminal } from './terminal.js';

/**
 * Shows progress in megabytes of work that counts in bytes, and says how many there are when it begins.
 */
export async function withByteProgress<T>(
  terminal: Terminal,
  label: string,
  work: (onProgress: (doneBytes: number, totalBytes: number) => void) => Promise<T>,
): Promise<T> {
  let starting: Promise<Progress> | undefined;
  let bar: Progress | undefined;
  try {
    return await work((doneBytes, totalBytes) => {
      starting ??= terminal.progress({ label, total: megabytes(totalBytes) }).then((started) => {
        bar = started;
        return started;
      });
      bar?.update(megabytes(doneBytes));
    });
  } finally {
    (await starting)?.finish();
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
