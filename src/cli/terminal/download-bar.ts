import type { Progress } from './progress.js';
import type { Terminal } from './terminal.js';

export interface DownloadBar {
  readonly onProgress: (done: number, total: number | undefined) => void;
  finish(): Promise<void>;
}

/** A bar in megabytes that appears with the first bytes; none where the server does not say how many will come. */
export function downloadBar(label: string, terminal: Terminal): DownloadBar {
  let starting: Promise<void> | undefined;
  let bar: Progress | undefined;
  return {
    onProgress(done, total) {
      if (total === undefined) return;
      starting ??= terminal.progress({ label: `${label}, MB`, total: megabytes(total) }).then((started) => {
        bar = started;
      });
      bar?.update(megabytes(done));
    },
    async finish() {
      await starting;
      bar?.finish();
    },
  };
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
