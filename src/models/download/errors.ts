import { InputFileError } from '../../errors.js';

/** Larger than any checkpoint: a server that announces or sends more is broken or hostile. */
export const MAX_DOWNLOAD_BYTES = 8 * 2 ** 30;

/** The connection was lost, or the server is busy: the same request may succeed in a moment. */
export class Interruption extends Error {}

/** System errors after which the same request may succeed. */
const PASSING = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENETRESET']);

/** Words what the network reports. */
export function connectionError(url: string, error: unknown): Error {
  if (error instanceof Interruption || error instanceof InputFileError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const words = `the connection was lost (${code ?? message})`;
  // HPE_…: what came is no HTTP, which is how an answer that was cut off in its head looks.
  if (code === undefined || PASSING.has(code) || code.startsWith('HPE_') || code.startsWith('ERR_STREAM')) {
    return new Interruption(words, { cause: error });
  }
  return new InputFileError('DOWNLOAD_FAILED', `${url}: the server cannot be reached (${code})`, {
    cause: error,
  });
}

export function tooLarge(url: string, found: string): InputFileError {
  return new InputFileError(
    'DOWNLOAD_TOO_LARGE',
    `${url}: expected a file of at most ${MAX_DOWNLOAD_BYTES} bytes, found ${found}`,
  );
}
