import { closing } from '../files/closing.js';
import type { Checkpoint } from './checkpoint.js';

/**
 * A checkpoint with other values for some of its tensors, held in memory. Everything else is read from the original,
 * which has to stay open and is not closed with it.
 * @param values by canonical name, each of the length of the tensor that it replaces; not copied
 * @param path what messages call it
 */
export function withTensors(
  original: Checkpoint,
  values: ReadonlyMap<string, Float32Array>,
  path: string,
): Checkpoint {
  return {
    ...original,
    origin: { path, format: 'memory' },
    read: async (name, buffers) => values.get(name) ?? original.read(name, buffers),
    sha256: async () => '',
    ...closing(async () => {}),
  };
}
