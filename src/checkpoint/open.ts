import { closing } from '../files/closing.js';
import type { RandomAccessFile } from '../files/random-access.js';
import { openForReading } from '../files/random-access.js';
import type { Checkpoint } from './checkpoint.js';
import { readCheckpointFile } from './checkpoint-file.js';

export interface OpenOptions {
  /**
   * Which network of a training snapshot: `G_ema`, `G` or `D`, or what the file's format calls it. Default: the first
   * of these that the file has. A file that holds one network without a name is taken for `G_ema` and for `G`.
   */
  readonly network?: string;
}

/**
 * Opens a network of a file. The format is found from the content, never from the file's name. Tensors are read when
 * they are asked for; nothing in the file is ever executed.
 *
 * @throws InputFileError `NOT_A_CHECKPOINT`, `NETWORK_MISSING`, and those of the readers
 */
export async function openCheckpoint(path: string, options: OpenOptions = {}): Promise<Checkpoint> {
  return readCheckpoint(await openForReading(path), options);
}

/** {@link openCheckpoint} for a file that is open already; closing the result closes it. */
export async function readCheckpoint(file: RandomAccessFile, options: OpenOptions = {}): Promise<Checkpoint> {
  const opened = await readCheckpointFile(file);
  try {
    return { ...(await opened.checkpoint(options.network)), ...closing(() => opened.close()) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}
