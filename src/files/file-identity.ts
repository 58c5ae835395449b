import { stat } from 'node:fs/promises';
import { UsageError } from '../errors.js';

/** Says of two paths whether they are one file, through links of either kind; undefined where nothing is there. */
export async function fileIdentity(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}

/**
 * Makes sure that an output is not a file that is read; inputs are never written to.
 * @throws UsageError `OUTPUT_IS_INPUT`
 */
export async function requireOther(output: string, input: string): Promise<void> {
  const identity = await fileIdentity(output);
  if (identity !== undefined && identity === (await fileIdentity(input))) throw isInput(output, input);
}

/** The error of an output that is one of the inputs. */
export function isInput(path: string, input: string): UsageError {
  return new UsageError('OUTPUT_IS_INPUT', `${path}: the result would replace ${input}, which is read`, {
    hint: 'choose another name',
  });
}
