import { resolve } from 'node:path';
import { OutputError, UsageError } from '../errors.js';
import { checkWritable } from './atomic-write.js';
import { requireOther } from './file-identity.js';

export interface OutputChecks {
  readonly force?: boolean;
  /** Files that are read; none of them is ever written to, `force` or not. */
  readonly inputs?: readonly string[];
}

/**
 * Makes sure, before any long work, that a file can be written.
 * @throws UsageError `OUTPUT_IS_INPUT`; OutputError as `checkWritable`
 */
export async function checkOutput(path: string, { force, inputs = [] }: OutputChecks): Promise<void> {
  for (const input of inputs) await requireOther(path, input);
  await checkWritable(path, { force });
}

/** Makes sure that two outputs of one run are not the same file. */
export function requireDistinct(outputs: readonly string[]): void {
  const seen = new Set<string>();
  for (const path of outputs) {
    if (seen.has(resolve(path))) {
      throw new UsageError('OUTPUTS_COLLIDE', `${path}: two results would be written to this file`);
    }
    seen.add(resolve(path));
  }
}

/** Whether `error` says that nothing more can be written here, so that going on would be in vain. */
export function isFatalForOutput(error: unknown): boolean {
  return error instanceof OutputError && error.code !== 'OUTPUT_EXISTS';
}
