/** Work shorter than this shows nothing: a bar that flashes by is no help. */
const QUIET_MS = 500;

/** Without a terminal, a line at most this often and for at least this part of the work. */
const LINE_MS = 2000;
const LINE_SHARE = 0.1;

export interface ProgressOptions {
  /** What is being worked on, e.g. a file name. */
  readonly label: string;
  /** Steps in all. */
  readonly total: number;
}

export interface ProgressDisplay {
  /** @param done steps so far; `loss` is what the optimiser has reached */
  update(done: number, detail?: { loss?: number }): void;
  /** Takes the bar away for a moment, so that a message can be printed. */
  clear(): void;
  finish(): void;
}

/** A bar on a terminal, a few plain lines elsewhere; on stderr either way. */
export async function startProgress(options: ProgressOptions): Promise<ProgressDisplay> {
  const isTerminal = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  return isTerminal ? startBar(options) : startLines(options);
}

async function startBar({ label, total }: ProgressOptions): Promise<ProgressDisplay> {
  const { default: progress } = await import('cli-progress');
  const started = performance.now();
  const bar = new progress.SingleBar({
    format: colours('{label} [{bar}] {value}/{total}{loss} {left}'),
    stream: process.stderr,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    barsize: 30,
    fps: 8,
    clearOnComplete: true,
    // Ctrl-C is answered in one place, and a cursor that is never hidden need not be brought back.
    gracefulExit: false,
    hideCursor: null,
    linewrap: null,
  });
  // Lines that do not fit are cut rather than wrapped while the bar is there; also a sudden end has to undo that.
  const restore = () => process.stderr.write('\u001b[?7h');
  const clock = startClock(total);
  let shown = false;
  return {
    update(done, detail) {
      const left = clock(done);
      if (performance.now() - started < QUIET_MS) return;
      const payload = { label, loss: lossText(detail?.loss), left };
      if (shown) bar.update(done, payload);
      else {
        process.once('exit', restore);
        bar.start(total, done, payload);
      }
      shown = true;
    },
    clear() {
      if (shown) process.stderr.write('\r\u001b[K');
    },
    finish() {
      if (shown) bar.stop();
      process.off('exit', restore);
    },
  };
}

function startLines({ label, total }: ProgressOptions): ProgressDisplay {
  const clock = startClock(total);
  let [lastTime, lastDone] = [performance.now(), 0];
  return {
    update(done, detail) {
      const left = clock(done);
      const now = performance.now();
      if (now - lastTime < LINE_MS || (done - lastDone) / total < LINE_SHARE || done >= total) return;
      [lastTime, lastDone] = [now, done];
      process.stderr.write(`${label}: ${done}/${total}${lossText(detail?.loss)} ${left}\n`);
    },
    clear: () => {},
    finish: () => {},
  };
}

/** Says how much time is left. Counts from the first step: what is loaded before it says nothing of the others. */
function startClock(total: number): (done: number) => string {
  let first: { time: number; done: number } | undefined;
  return (done) => {
    const time = performance.now();
    first ??= { time, done };
    if (done === first.done) return '';
    return timeLeft(((time - first.time) / (done - first.done)) * (total - done));
  };
}

function lossText(loss: number | undefined): string {
  return loss === undefined ? '' : ` loss ${loss.toPrecision(3)}`;
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s left`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min left` : `${(seconds / 3600).toFixed(1)} h left`;
}

/** The bar in cyan, unless colours are not wanted (https://no-color.org). */
function colours(format: string): string {
  if ((process.env['NO_COLOR'] ?? '') !== '') return format;
  return format.replace('{bar}', '\u001b[36m{bar}\u001b[39m');
}
