import type { Engine } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import type { NoiseMaps } from '../generator/noise-layers.js';
import type { Picture } from '../picture/picture.js';
import { createRenderer } from '../render/renderer.js';
import { truncated } from '../render/styles.js';
import { blendModels, type Models } from '../swap/blend.js';
import type { Recipe } from '../swap/recipe/schema.js';
import { withStrength } from '../swap/recipe/strength.js';

export interface MorphSettings {
  /** The models and the blend that is reached in the end. */
  readonly models: Models;
  readonly recipe: Recipe;
  /** What a projection into the base has found: w [w_dim], and noise by layer; layers without have the base's. */
  readonly latents: { readonly w: Float32Array; readonly noise: NoiseMaps };
  /** How many frames, from 2. */
  readonly frames: number;
  /** Share of the frames in which either end stands still, 0..0.4. Default 0.1. */
  readonly hold?: number;
  /** Go back to where it began. Default true. */
  readonly back?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * From a picture's own projection to its counterpart: the same w and noise through the base, through blends between,
 * and through the blend. α of every resolution grows from 0 to what the blend has, slowly at both ends.
 * @returns frame by frame; on the way back the same pictures are shown again
 * @throws as `withStrength`, `blendModels` and `createRenderer`; AbortedError
 */
export async function* morph(engine: Engine, options: MorphSettings): AsyncGenerator<Picture> {
  const shown = new Map<number, Picture>();
  for (const share of sharesOfMorph(options)) {
    throwIfAborted(options.signal);
    const picture = shown.get(share) ?? (await pictureAt(share, engine, options));
    shown.set(share, picture);
    yield picture;
  }
}

/** The share of the blend in each frame, 0..1. */
export function sharesOfMorph({
  frames,
  hold = 0.1,
  back = true,
}: Pick<MorphSettings, 'frames' | 'hold' | 'back'>): number[] {
  const count = back ? Math.max(2, Math.ceil(frames / 2) + 1) : Math.max(2, frames);
  const there = Array.from({ length: count }, (_, i) => {
    const t = Math.min(1, Math.max(0, (i / (count - 1) - hold) / (1 - 2 * hold)));
    return (1 - Math.cos(Math.PI * t)) / 2;
  });
  return back ? [...there, ...there.slice(1, -1).reverse()] : there;
}

async function pictureAt(
  share: number,
  engine: Engine,
  { models, recipe, latents, signal }: MorphSettings,
): Promise<Picture> {
  // The ends are the base and the blend themselves, and not the result of a sum that should come to them.
  const checkpoint =
    share === 0 ? models.get(recipe.base)! : blendModels(models, withStrength(recipe, share));
  await using renderer = await createRenderer(checkpoint, engine, { signal });
  const ws = truncated(latents.w, renderer.wAvg, renderer.architecture);
  return await renderer.picture(ws, new Map([...renderer.noise('const'), ...latents.noise]));
}
