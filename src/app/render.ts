import { type Engine, openEngine } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import type { Picture } from '../picture/picture.js';
import type { NoiseMode } from '../render/noise-modes.js';
import { createRenderer, type SeedOptions } from '../render/renderer.js';
import { type ModelSource, withModel } from './with-model.js';

export interface RenderOptions extends SeedOptions {
  readonly seeds: readonly number[];
  /** The generator's own noise unless given; `random` follows the seed. */
  readonly noise?: NoiseMode;
  /** Opened for this call unless given. */
  readonly engine?: Engine;
  readonly onPicture?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Faces of seeds, in order: those that NVIDIA's tools give for these seeds.
 * @throws as `openModel`, `createRenderer`; UsageError for psi, cutoff and class; AbortedError
 */
export async function render(model: ModelSource, options: RenderOptions): Promise<Picture[]> {
  const { seeds, noise = 'const', onPicture, signal } = options;
  return withModel(model, async (checkpoint) => {
    const renderer = await createRenderer(checkpoint, options.engine ?? (await openEngine({ signal })), {
      signal,
    });
    try {
      const pictures: Picture[] = [];
      for (const seed of seeds) {
        throwIfAborted(signal);
        const ws = await renderer.styles(seed, options);
        pictures.push(await renderer.picture(ws, renderer.noise(noise, seed)));
        onPicture?.(pictures.length, seeds.length);
      }
      return pictures;
    } finally {
      await renderer.dispose();
    }
  });
}
