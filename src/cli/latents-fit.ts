import { type Checkpoint, elementCount } from '../checkpoint/checkpoint.js';
import { InputFileError } from '../errors.js';
import { requireRenderable } from '../generator/weights.js';
import type { Latents } from '../project/latents.js';
import type { Renderer } from '../render/renderer.js';
import { type Truncation, truncated } from '../render/styles.js';

/**
 * Checks that a saved projection can be rendered by a generator.
 * @throws InputFileError `LATENTS_DIFFER`
 */
export function requireFitting(latents: Latents, path: string, checkpoint: Checkpoint): void {
  const model = checkpoint.origin.path;
  const hint = 'use the generator that the projection was made with, or a blend of it';
  const { wDim } = requireRenderable(checkpoint);
  if (latents.w.length !== wDim) {
    throw new InputFileError(
      'LATENTS_DIFFER',
      `${path}: w: expected ${wDim} values as in ${model}, found ${latents.w.length}`,
      { hint },
    );
  }
  for (const [layer, map] of latents.noise) {
    const own = checkpoint.tensors.get(`synthesis.${layer}.noise_const`);
    if (own !== undefined && elementCount(own.shape) === map.length) continue;
    throw new InputFileError(
      'LATENTS_DIFFER',
      `${path}: noise of ${layer}: expected a layer of ${model}, which has no such layer`,
      { hint },
    );
  }
}

/** One w for every layer, as a projection has it. */
export function stylesOfLatents(w: Float32Array, renderer: Renderer, truncation: Truncation): Float32Array {
  return truncated(w, renderer.wAvg, renderer.architecture, truncation);
}
