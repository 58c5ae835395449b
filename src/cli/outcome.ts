import type { StyleganBlendError } from '../errors.js';
import type { Terminal } from './terminal/terminal.js';

/** What a command works with beside its options. */
export interface Context {
  /** Fires at the first Ctrl-C. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

/** What a command has to say when it is done. */
export interface Outcome {
  /** The answer for `--json`. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The answer for people and shells: what goes to stdout without `--json`. */
  readonly lines: readonly string[];
  /** Where the work was done only in part; decides the exit code. */
  readonly failure?: StyleganBlendError;
}

/** A command with its options filled in. */
export type Task = (context: Context) => Promise<Outcome>;
