import type { Progress } from '../../app/run/run.js';
import { printable } from '../../text/printable.js';
import { type ProgressDisplay, startProgress } from './progress.js';

/** Shows the stages of a run one after the other. */
export class Bars {
  private stage: string | undefined;
  private starting: Promise<ProgressDisplay> | undefined;
  private display: ProgressDisplay | undefined;

  /** The first report of a stage begins it, and ends the one before. */
  show({ stage, done, total, unit, loss }: Progress): void {
    const scale = unit === 'bytes' ? megabytes : (steps: number) => steps;
    const key = `${stage}, ${total}`;
    if (key !== this.stage) this.begin(key, { label: printable(stage), total: scale(total) });
    this.display?.update(scale(done), { loss });
  }

  /** Takes the bar away for a moment, so that a message can be printed. */
  clear(): void {
    this.display?.clear();
  }

  async finish(): Promise<void> {
    this.stage = undefined;
    const ending = this.starting;
    this.starting = undefined;
    this.display = undefined;
    (await ending)?.finish();
  }

  private begin(key: string, options: { label: string; total: number }): void {
    void this.finish();
    this.stage = key;
    const starting = startProgress(options);
    this.starting = starting;
    void starting.then((display) => {
      // Unless another stage has begun meanwhile.
      if (this.starting === starting) this.display = display;
    });
  }
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
