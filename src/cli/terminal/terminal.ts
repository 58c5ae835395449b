import type { Notice, Progress } from '../../app/run/run.js';
import { printable } from '../../text/printable.js';
import type { Running } from '../command.js';
import type { Outcome } from '../outcome.js';
import { Bars } from './bars.js';
import { describeError, worded } from './errors.js';

export interface TerminalOptions {
  /** Name of the program, in front of errors. */
  readonly program: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Everything that is printed goes through here: answers to stdout, all else to stderr. */
export class Terminal {
  private readonly bars = new Bars();

  constructor(private readonly options: TerminalOptions) {}

  /** Does work whose progress and notices are shown as they come. */
  async watching<T>(signal: AbortSignal, work: (run: Running) => Promise<T>): Promise<T> {
    const run = {
      signal,
      onProgress: (progress: Progress) => {
        if (!this.options.quiet) this.bars.show(progress);
      },
      onNotice: ({ kind, message }: Notice) => {
        if (kind === 'warning') this.warn(message);
        else this.info(message);
      },
    };
    try {
      return await work(run);
    } finally {
      await this.bars.finish();
    }
  }

  /** What the program is doing; not with `--quiet`. */
  info(line: string): void {
    if (!this.options.quiet) this.message(worded(line));
  }

  /** What one should know although the work goes on. */
  warn(line: string): void {
    this.message(`${this.options.program}: ${worded(line)}`);
  }

  /** An error in one line, and what to do about it in another. */
  error(error: unknown): void {
    const { message, hint } = describeError(error);
    this.message(`${this.options.program}: ${message}`);
    if (hint !== undefined) this.message(`hint: ${hint}`);
    if (this.options.verbose) process.stderr.write(`${stackOf(error)}\n`);
  }

  /** What a command has come to: its answer, notes beside it, and its failure. */
  outcome({ document, lines, notes = [], failure }: Outcome): void {
    for (const note of notes) this.info(note);
    const whole = failure === undefined ? document : { ...document, error: describeError(failure) };
    this.answer(whole, lines);
    if (failure !== undefined) this.error(failure);
  }

  /** The answer: one JSON document, or lines. */
  answer(document: object, lines: readonly string[]): void {
    const text = this.options.json ? [JSON.stringify(document, null, 2)] : lines.map(printable);
    if (text.length > 0) process.stdout.write(`${text.join('\n')}\n`);
  }

  private message(line: string): void {
    this.bars.clear();
    process.stderr.write(`${printable(line)}\n`);
  }
}

function stackOf(error: unknown): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) lines.push(at.stack ?? at.message);
  return lines.join('\ncaused by: ');
}
