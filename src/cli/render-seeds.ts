import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Engine } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import type { Picture } from '../render/picture.js';
import { createRenderer, type SeedOptions } from '../render/renderer.js';

/** Faces of several seeds through one generator, which is in memory only meanwhile. */
export async function renderSeeds(
  checkpoint: Checkpoint,
  engine: Engine,
  options: SeedOptions & {
    readonly seeds: readonly number[];
    readonly signal: AbortSignal;
    /** Called with the number of pictures that are done. */
    readonly onPicture?: (done: number) => void;
  },
): Promise<Picture[]> {
  const { seeds, signal, onPicture } = options;
  throwIfAborted(signal);
  const renderer = await createRenderer(checkpoint, engine);
  try {
    const noise = renderer.noise('const');
    const pictures: Picture[] = [];
    for (const seed of seeds) {
      throwIfAborted(signal);
      pictures.push(await renderer.picture(await renderer.styles(seed, options), noise));
      onPicture?.(pictures.length);
    }
    return pictures;
  } finally {
    await renderer.dispose();
  }
}
