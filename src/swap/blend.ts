import type { Checkpoint, TensorInfo } from '../checkpoint/checkpoint.js';
import { firstNonFinite, readFinite } from '../checkpoint/read-finite.js';
import { closing } from '../files/closing.js';
import { missingTensor } from '../formats/stored-tensor.js';
import { requireSameShape, shortNames } from './compare.js';
import { requireSameFilters } from './filters.js';
import type { Weighted } from './methods/method.js';
import { type Mixture, mixtureOf } from './mixture.js';
import { checkRecipe } from './recipe/check-recipe.js';
import { PAIR_NAMES, type PairSettings, pairRecipe } from './recipe/pair.js';
import { modelsOf } from './recipe/recipe.js';
import type { Recipe } from './recipe/schema.js';

/** Open generators by the names that a recipe calls them. */
export type Models = ReadonlyMap<string, Checkpoint>;

/** What a blend was made of. */
export interface Ingredients {
  readonly models: Models;
  readonly recipe: Recipe;
}

export interface BlendingOptions {
  /** What closing the blend does; it closes all inputs unless this is given. */
  readonly close?: () => Promise<void>;
}

const INGREDIENTS = new WeakMap<Checkpoint, Ingredients>();

/** What a checkpoint that {@link blendModels} returned is made of; undefined for others. */
export function ingredientsOf(checkpoint: Checkpoint): Ingredients | undefined {
  return INGREDIENTS.get(checkpoint);
}

/**
 * {@link blendModels} for the paper's blend of two (Pinkney & Adler 2020, section 3).
 * @throws as {@link blendModels}
 */
export function blendCheckpoints(base: Checkpoint, transfer: Checkpoint, pair: PairSettings): Checkpoint {
  return blendModels(pairOf(base, transfer), pairRecipe(pair));
}

/** Two models under the names that `pairRecipe` gives them. */
export function pairOf(base: Checkpoint, transfer: Checkpoint): Models {
  return new Map([
    [PAIR_NAMES.base, base],
    [PAIR_NAMES.transfer, transfer],
  ]);
}

/**
 * A blend of any number of generators, resolution by resolution, as a checkpoint whose tensors are computed when they
 * are read: one tensor of each input is in memory at a time. Where one model has all the weight the tensor is that
 * model's, bit for bit, and the others are not read. Closing it closes all inputs.
 *
 * Names, shapes and settings are compared here, before any weight is read; the FIR filters, which must agree by
 * value, with the first tensor that is read.
 * @throws InputFileError `CHECKPOINTS_DIFFER`.
 * @throws UsageError where {@link checkRecipe} refuses the recipe.
 */
export function blendModels(models: Models, recipe: Recipe, { close }: BlendingOptions = {}): Checkpoint {
  const inputs = requireModels(models, recipe);
  const [base, ...others] = inputs as [Checkpoint, ...Checkpoint[]];
  const path = `blend of ${listed(shortNames(base, ...others))}`;
  const mixtures = mixturesOf(models, recipe);
  const tensors = blendedTensors(inputs, mixtures);
  let filtersAgree: Promise<unknown> | undefined;

  const blend: Checkpoint = {
    architecture: base.architecture,
    tensors,
    metadata: {},
    origin: { path, format: 'memory' },

    async read(name, buffers) {
      if (!tensors.has(name)) throw missingTensor(path, name);
      filtersAgree ??= requireFilters(base, others);
      await filtersAgree;
      const { weights, method } = mixtures.get(name)!;
      const sole = soleModel(weights);
      if (sole >= 0) return readFinite(inputs[sole]!, name, buffers);
      const isRead = (i: number) => weights[i] !== 0 || (i === 0 && method.needsBase);
      const read = inputs.filter((_, i) => isRead(i));
      const parts = await Promise.all(
        inputs.map((input, i) => (isRead(i) ? input.read(name, buffers) : undefined)),
      );
      const weighted = parts.flatMap((values, i) =>
        values === undefined ? [] : [{ values, weight: weights[i]! }],
      );
      const mixed = method.merge(weighted as unknown as [Weighted, ...Weighted[]], buffers);
      for (const part of parts) if (part !== undefined && part !== mixed) buffers?.give(part);
      // One look at the result instead of one at each input; only a fault needs to know whose it is.
      if (firstNonFinite(mixed) >= 0) for (const input of read) await readFinite(input, name);
      return mixed;
    },

    async sha256() {
      return '';
    },

    ...closing(async () => {
      if (close !== undefined) return close();
      await Promise.all([...new Set(models.values())].map((input) => input.close()));
    }),
  };
  INGREDIENTS.set(blend, { models, recipe });
  return blend;
}

/**
 * The models of a recipe in its order, after everything has been checked that can be without reading a weight.
 * @throws as {@link blendModels}
 */
export function requireModels(models: Models, recipe: Recipe): Checkpoint[] {
  checkRecipe(recipe, new Map([...models].map(([name, { architecture }]) => [name, architecture])));
  const [base, ...others] = modelsOf(recipe).map((name) => models.get(name)!);
  for (const other of others) requireSameShape(base!, other, { common: recipe.common });
  return [base!, ...others];
}

/** What each tensor is made of, of all that some model has and the base's architecture has a place for. */
export function mixturesOf(models: Models, recipe: Recipe): Map<string, Mixture> {
  const mixtures = new Map<string, Mixture>();
  const base = models.get(recipe.base)!;
  for (const name of modelsOf(recipe).flatMap((model) => [...models.get(model)!.tensors.keys()])) {
    if (mixtures.has(name) || (recipe.common === true && !base.tensors.has(name))) continue;
    const has = recipe.common === true ? (model: string) => models.get(model)!.tensors.has(name) : undefined;
    mixtures.set(name, mixtureOf(name, recipe, has));
  }
  return mixtures;
}

/** The model that has all the weight, -1 where there are several. */
export function soleModel(weights: readonly number[]): number {
  const sole = weights.indexOf(1);
  return weights.every((weight, i) => weight === 0 || i === sole) ? sole : -1;
}

/**
 * Everything that all have, and of what only some have (the average of w, noise buffers) what the recipe takes from
 * these. The inputs may be stored in any type, and not all in the same; a blend is made of 32-bit floats.
 */
function blendedTensors(
  inputs: readonly Checkpoint[],
  mixtures: ReadonlyMap<string, Mixture>,
): ReadonlyMap<string, TensorInfo> {
  const tensors = new Map<string, TensorInfo>();
  for (const [name, { weights }] of mixtures) {
    const infos = inputs.map((input) => input.tensors.get(name));
    const isThere = infos.every((info, i) => weights[i] === 0 || info !== undefined);
    const info = infos.find((found) => found !== undefined)!;
    if (isThere) tensors.set(name, { ...info, dtype: 'f32' as const });
  }
  return tensors;
}

function requireFilters(base: Checkpoint, others: readonly Checkpoint[]): Promise<unknown> {
  return Promise.all(others.map((other) => requireSameFilters(base, other)));
}

/** `a, b and c`. */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), names.at(-1)].filter((part) => part !== '').join(' and ');
}
