import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { openModel } from '../checkpoint/names.js';

/** A generator: open, or the name or path of one. */
export type ModelSource = string | Checkpoint;

/** Works with a generator; one that was named is open for as long. */
export async function withModel<T>(
  source: ModelSource,
  work: (checkpoint: Checkpoint) => Promise<T>,
): Promise<T> {
  if (typeof source !== 'string') return work(source);
  const checkpoint = await openModel(source);
  try {
    return await work(checkpoint);
  } finally {
    await checkpoint.close();
  }
}
