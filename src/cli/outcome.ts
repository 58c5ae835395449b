import type { StyleganBlendError } from '../errors.js';

/** What a command has to say when it is done. */
export interface Outcome {
  /** The answer for `--json`. */
  readonly document: object;
  /** The answer for people and shells: what goes to stdout without `--json`. */
  readonly lines: readonly string[];
  /** What people may like to know beside it: goes to stderr, not with `--quiet`. */
  readonly notes?: readonly string[];
  /** Where the work was done only in part; decides the exit code. */
  readonly failure?: StyleganBlendError;
}
