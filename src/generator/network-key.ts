import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { fileVersion } from '../checkpoint/file-version.js';
import { codeStamp } from '../files/code-stamp.js';

/**
 * What everything that is computed from a checkpoint's weights alone is kept under: the file, as it is now, and the
 * code that makes a network of it.
 * @returns undefined for a checkpoint in memory, and for a file that has only just been written
 */
export async function networkKey(checkpoint: Checkpoint): Promise<string | undefined> {
  const identity = await fileVersion(checkpoint);
  return identity === undefined
    ? undefined
    : `${identity} ${codeStamp(['generator', 'checkpoint', 'formats', 'numbers'])}`;
}
