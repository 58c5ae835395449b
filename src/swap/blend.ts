import type { Checkpoint, TensorInfo } from '../checkpoint/checkpoint.js';
import { missingTensor } from '../checkpoint/memory.js';
import { firstNonFinite, readFinite } from '../checkpoint/read-finite.js';
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
  const tensors = blendedTensors(base, transfer, recipe);
  let filtersAgree: Promise<void> | undefined;

  return {
    architecture: base.architecture,
    tensors,
    metadata: {},
    origin: { path, format: 'memory' },

    async read(name) {
      if (!tensors.has(name)) throw missingTensor(path, name);
      filtersAgree ??= requireSameFilters(base, transfer);
      await filtersAgree;
      const alpha = alphaOf(groupOf(name), recipe);
      if (alpha === 0) return readFinite(base, name);
      if (alpha === 1) return readFinite(transfer, name);
      const [ofBase, ofTransfer] = await Promise.all([base.read(name), transfer.read(name)]);
      const mixed = mix(ofBase, ofTransfer, alpha);
      // One look at the result instead of one at each input; only a fault needs to know whose it is.
      if (firstNonFinite(mixed) >= 0) for (const input of [base, transfer]) await readFinite(input, name);
      return mixed;
    },

    async sha256() {
      return '';
    },

    async close() {
      await Promise.all([...new Set([base, transfer])].map((input) => input.close()));
    },
  };
}

/**
 * Everything that both have, and of what only one has (the average of w, noise buffers) what the recipe takes whole
 * from that one. The inputs may be stored in any type, and not both in the same; a blend is made of 32-bit floats.
 */
function blendedTensors(
  base: Checkpoint,
  transfer: Checkpoint,
  recipe: BlendRecipe,
): ReadonlyMap<string, TensorInfo> {
  const tensors = new Map<string, TensorInfo>();
  for (const [name, info] of [...base.tensors, ...transfer.tensors]) {
    const alpha = alphaOf(groupOf(name), recipe);
    const isThere = (alpha === 1 || base.tensors.has(name)) && (alpha === 0 || transfer.tensors.has(name));
    if (isThere) tensors.set(name, { ...info, dtype: 'f32' as const });
  }
  return tensors;
}
