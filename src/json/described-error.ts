import { StyleganBlendError } from '../errors.js';

/** An error as documents, journals and reports carry it. */
export interface DescribedError {
  /** Stable: programs can tell errors apart by it. */
  readonly code: string;
  /** What was expected and what was found, in one line. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}

/** What an error says, whether it is one of ours or a fault of the program. */
export function describedError(error: unknown): DescribedError {
  if (error instanceof StyleganBlendError) {
    const { code, message, hint } = error;
    return hint === undefined ? { code, message } : { code, message, hint };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    message: `internal error: ${message}`,
    hint: 'this is a fault of the program; please report it, with its stack',
  };
}
