import { resolutionOf } from '../checkpoint/checkpoint.js';
import type { BlendRecipe } from './recipe.js';
import { alpha } from './schedule.js';

/**
 * What decides a tensor's α: its resolution, or membership in one of the groups that belong to no resolution.
 * `mapping` includes `w_avg` and the class embedding, `noise` is the fixed noise buffers, `filters` the FIR
 * filters, which are constants of the architecture.
 */
export type TensorGroup = number | 'mapping' | 'noise' | 'filters';

/** The group of a canonical tensor name, of any family. Noise strengths are weights of their resolution, unlike the buffers. */
export function groupOf(name: string): TensorGroup {
  if (/\.(resample_filter|up_filter|down_filter)$/.test(name)) return 'filters';
  if (name.endsWith('.noise_const') || /^synthesis\/noise\d+$/.test(name)) return 'noise';
  return resolutionOf(name) ?? 'mapping';
}

/** The share of the transfer model, 0..1, that `recipe` gives to a group; 0 and 1 are bit-exact copies. */
export function alphaOf(group: TensorGroup, recipe: BlendRecipe): number {
  if (typeof group === 'number') return alpha(group, recipe);
  if (group === 'filters') return 0;
  return recipe[group] === 'transfer' ? 1 : 0;
}
