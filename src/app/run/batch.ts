import { InputFileError, OutputError, PartialError, type StyleganBlendError } from '../../errors.js';

/**
 * How a run over several pictures failed, if it did: with the reason itself where there was one picture; of several
 * that all failed, the first one's kind decides the exit code.
 */
export function batchFailure(
  failures: readonly StyleganBlendError[],
  count: number,
): StyleganBlendError | undefined {
  const [first] = failures;
  if (first === undefined) return undefined;
  if (failures.length < count) {
    return new PartialError('PARTLY_DONE', `${failures.length} of ${count} pictures failed`, {
      hint: 'the same call tries only those again',
    });
  }
  if (count === 1) return first;
  const Kind = first instanceof OutputError ? OutputError : InputFileError;
  return new Kind('PICTURES_FAILED', `all ${count} pictures failed`);
}
