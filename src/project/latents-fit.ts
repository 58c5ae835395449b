import { type Checkpoint, familyName, requireRendered } from '../checkpoint/checkpoint.js';
import { InputFileError } from '../errors.js';
import { latentSpaceOf } from '../generator/latent-space.js';
import { noiseLayersOf } from '../generator/noise-layers.js';
import type { Renderer } from '../render/renderer.js';
import { type Truncation, truncated } from '../render/styles.js';
import type { SavedLatents } from './latents.js';

/** The entry of a saved projection that says which kind of generator it was made with. */
export const FAMILY_KEY = 'architecture';

/**
 * Checks that a saved projection can be rendered by a generator.
 * @throws InputFileError `LATENTS_DIFFER`
 */
export function requireFitting(latents: SavedLatents, path: string, checkpoint: Checkpoint): void {
  const model = checkpoint.origin.path;
  const differs = (what: string) =>
    new InputFileError('LATENTS_DIFFER', `${path}: ${what}`, {
      hint: 'use the generator that the projection was made with, or a blend of it',
    });
  const architecture = requireRendered(checkpoint);
  const { name, dim, rows: layers } = latentSpaceOf(architecture);
  const { space = 'w', w, rows = 1, noise, metadata } = latents;
  const family = metadata[FAMILY_KEY] ?? architecture.family;
  if (space !== name || family !== architecture.family) {
    const found = space === name ? `those of a ${family.slice(0, 20)}` : space;
    throw differs(`expected ${name} as of ${model}, a ${familyName(architecture)}, found ${found}`);
  }
  if (w.length !== dim * rows) {
    throw differs(`${name}: expected ${dim} values as in ${model}, found ${w.length / rows}`);
  }
  if (rows !== 1 && rows !== layers) {
    throw differs(`${name}: expected one row, or ${layers} as ${model} has layers, found ${rows}`);
  }
  const own = new Map(noiseLayersOf(architecture).map(({ layer, resolution }) => [layer, resolution]));
  for (const [layer, map] of noise) {
    if (own.has(layer) && own.get(layer)! ** 2 === map.length) continue;
    throw differs(`noise of ${layer}: expected a layer of ${model}, which has no such layer`);
  }
}

/** One w for every layer, or one for each, as a projection has it. */
export function stylesOfLatents(w: Float32Array, renderer: Renderer, truncation: Truncation): Float32Array {
  return truncated(w, renderer.wAvg, renderer.architecture, truncation);
}
