import { StyleganBlendError } from '../../errors.js';
import { printable } from '../../text/printable.js';
import type { Progress, ProgressOptions } from './progress.js';

export interface TerminalOptions {
  /** Name of the program, in front of errors. */
  readonly program: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Everything that is printed goes through here: answers to stdout, all else to stderr. */
export class Terminal {
  private bar: Progress | undefined;

  constructor(private readonly options: TerminalOptions) {}

  /** Whether the answer is a document. */
  get isJson(): boolean {
    return this.options.json;
  }

  /** What the program is doing; not with `--quiet`. */
  info(line: string): void {
    if (!this.options.quiet) this.message(line);
  }

  /** What one should know although the work goes on. */
  warn(line: string): void {
    this.message(`${this.options.program}: ${line}`);
  }

  /** An error in one line, and what to do about it in another. */
  error(error: unknown): void {
    const { message, hint } = describeError(error);
    this.message(`${this.options.program}: ${message}`);
    if (hint !== undefined) this.message(`hint: ${hint}`);
    if (this.options.verbose) process.stderr.write(`${stackOf(error)}\n`);
  }

  /** The answer: one JSON document, or lines. */
  answer(document: Readonly<Record<string, unknown>>, lines: readonly string[]): void {
    const text = this.options.json ? [JSON.stringify(document, null, 2)] : lines.map(printable);
    if (text.length > 0) process.stdout.write(`${text.join('\n')}\n`);
  }

  /** Starts to show how far long work is. Its `finish` has to be called, whatever happens. */
  async progress(options: ProgressOptions): Promise<Progress> {
    if (this.options.quiet) return SILENT;
    const { startProgress } = await import('./progress.js');
    const bar = await startProgress({ ...options, label: printable(options.label) });
    this.bar = bar;
    return {
      update: (done, detail) => bar.update(done, detail),
      clear: () => bar.clear(),
      finish: () => {
        this.bar = undefined;
        bar.finish();
      },
    };
  }

  private message(line: string): void {
    this.bar?.clear();
    process.stderr.write(`${printable(line)}\n`);
  }
}

const SILENT: Progress = { update: () => {}, clear: () => {}, finish: () => {} };

/** What an error says, whether it is one of ours or a fault of the program. */
export function describeError(error: unknown): { code: string; message: string; hint?: string } {
  if (error instanceof StyleganBlendError) {
    const { code, message, hint } = error;
    return hint === undefined ? { code, message } : { code, message, hint };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    message: `internal error: ${message}`,
    hint: 'this is a fault of the program; please report it with what --verbose prints',
  };
}

function stackOf(error: unknown): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) lines.push(at.stack ?? at.message);
  return lines.join('\ncaused by: ');
}
