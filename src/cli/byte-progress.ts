import type { Progress } from './progress.js';
import type { Terminal } from './terminal.js';

/** Progress of work that counts in bytes and says how many there are when it begins. */
export interface ByteProgress {
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  /** Has to be called, whatever happens. */
  finish(): Promise<void>;
}

/** Shows progress in megabytes. */
export function byteProgress(terminal: Terminal, label: string): ByteProgress {
  let starting: Promise<Progress> | undefined;
  let bar: Progress | undefined;
  return {
    onProgress(doneBytes, totalBytes) {
      starting ??= terminal.progress({ label, total: megabytes(totalBytes) }).then((started) => {
        bar = started;
        return started;
      });
      bar?.update(megabytes(doneBytes));
    },
    async finish() {
      (await starting)?.finish();
    },
  };
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
