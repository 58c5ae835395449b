import type { Checkpoint, TensorInfo } from '../checkpoint/checkpoint.js';
import { missingTensor } from '../checkpoint/memory.js';
import { readFinite } from '../checkpoint/read-finite.js';
import { requireSameShape, shortNames } from './compare.js';
import { requireSameFilters } from './filters.js';
import { alphaOf, groupOf } from './groups.js';
import { mix } from './mix.js';
import { type BlendRecipe, checkRecipe } from './recipe.js';

/**
 * The blend of two generators, resolution by resolution (Pinkney & Adler 2020, section 3), as a checkpoint whose
 * tensors are computed when they are read: one tensor of each input is in memory at a time. Where α is 0 or 1 the
 * tensor is the one model's, bit for bit, and the other model is not read. Closing it closes both inputs.
 *
 * Names, shapes and settings are compared here, before any weight is read; the FIR filters, which must agree by
 * value, with the first tensor that is read.
 * @throws InputFileError `CHECKPOINTS_DIFFER`.
 * @throws UsageError where {@link checkRecipe} refuses the recipe.
 */
export function blendCheckpoints(base: Checkpoint, transfer: Checkpoint, recipe: BlendRecipe): Checkpoint {
  requireSameShape(base, transfer);
  checkRecipe(recipe, base.architecture);
  const path = `blend of ${shortNames(base, transfer).join(' and ')}`;
  let filtersAgree: Promise<void> | undefined;

  return {
    architecture: base.architecture,
    tensors: asFloat32(base.tensors),
    metadata: {},
    origin: { path, format: 'memory' },

    async read(name) {
      if (!base.tensors.has(name)) throw missingTensor(path, name);
      filtersAgree ??= requireSameFilters(base, transfer);
      await filtersAgree;
      const alpha = alphaOf(groupOf(name), recipe);
      if (alpha === 0) return readFinite(base, name);
      if (alpha === 1) return readFinite(transfer, name);
      const [ofBase, ofTransfer] = await Promise.all([readFinite(base, name), readFinite(transfer, name)]);
      return mix(ofBase, ofTransfer, alpha);
    },

    async sha256() {
      return '';
    },

    async close() {
      await Promise.all([...new Set([base, transfer])].map((input) => input.close()));
    },
  };
}

/** The inputs may be stored in any type, and not both in the same; a blend is made of 32-bit floats. */
function asFloat32(tensors: ReadonlyMap<string, TensorInfo>): ReadonlyMap<string, TensorInfo> {
  return new Map([...tensors].map(([name, info]) => [name, { ...info, dtype: 'f32' as const }]));
}
