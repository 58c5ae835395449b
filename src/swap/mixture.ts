import { LINEAR, SINGLE_PRECISION } from './methods/linear.js';
import type { MergeMethod } from './methods/method.js';
import { methodNamed } from './methods/registry.js';
import { alphaAt } from './recipe/alpha.js';
import { highShare } from './recipe/cut.js';
import { groupOf } from './recipe/groups.js';
import { AVERAGE, BLENDED } from './recipe/model-names.js';
import { methodAt, modelsOf, othersOf } from './recipe/recipe.js';
import type { Cut, Recipe } from './recipe/schema.js';
import { type Slot, slotOf } from './recipe/slot.js';

/** What a tensor is made of. */
export interface Mixture {
  /** One for each model, in the order of `modelsOf`; they add up to 1. A model of weight 0 is not read. */
  readonly weights: readonly number[];
  readonly method: MergeMethod;
}

/** Less than this of the base beside several others is their rounding. */
const ROUNDING = 1e-12;

/**
 * The weights of the models in a tensor.
 *
 * @param has whether a model has this tensor, where models of different size are blended; its share is the base's
 *   otherwise
 */
export function mixtureOf(
  name: string,
  recipe: Recipe,
  has: (model: string) => boolean = () => true,
): Mixture {
  const models = modelsOf(recipe);
  const only = (model: string) => models.map((candidate) => (candidate === model ? 1 : 0));
  const copy = (model: string): Mixture => ({
    weights: only(has(model) ? model : recipe.base),
    method: LINEAR,
  });
  const group = groupOf(name);
  if (group === 'filters' && recipe.cut?.tool !== 'animegan') return copy(recipe.cut?.low ?? recipe.base);
  if (group === 'noise' && recipe.noise !== BLENDED) return copy(recipe.noise);
  if (group === 'mapping') {
    const source = /(^|\.)(w_avg|dlatent_avg)$/.test(name) ? recipe.w_avg : recipe.mapping;
    return source === AVERAGE ? averageOf(models.map(has)) : copy(source);
  }
  if (recipe.cut !== undefined) return cutMixture(name, recipe.cut, models);
  return slotMixture(slotOf(name)!, recipe, models.map(has));
}

/** The weights of the models in a slot of a resolution, by name. Not for cuts, which go by tensors. */
export function weightsAt(slot: Slot, recipe: Recipe): Map<string, number> {
  const models = modelsOf(recipe);
  const { weights } = slotMixture(
    slot,
    recipe,
    models.map(() => true),
  );
  return new Map(models.map((model, i) => [model, weights[i]!]));
}

function slotMixture(slot: Slot, recipe: Recipe, has: readonly boolean[]): Mixture {
  const method = methodNamed(methodAt(recipe, slot.resolution));
  if (method.ignoresAlpha) return averageOf(has);
  const alphas = othersOf(recipe).map((model, i) => {
    const { alpha } = recipe.models[model]!;
    return alpha === undefined || !has[i + 1] ? 0 : alphaAt(alpha, slot);
  });
  const sum = alphas.reduce((total, alpha) => total + alpha, 0);
  if (recipe.normalize === true && sum > 1 && !method.extrapolates) {
    return { weights: [0, ...alphas.map((alpha) => alpha / sum)], method };
  }
  const rest = 1 - sum;
  const isRounding = alphas.length > 1 && Math.abs(rest) < ROUNDING;
  return { weights: [isRounding ? 0 : rest, ...alphas], method };
}

function averageOf(has: readonly boolean[]): Mixture {
  const count = has.filter(Boolean).length;
  return { weights: has.map((isThere) => (isThere ? 1 / count : 0)), method: LINEAR };
}

/** Each share as the tool computes it: 1 - (1 - y) would not be y. */
function cutMixture(name: string, cut: Cut, models: readonly string[]): Mixture {
  const y = highShare(name, cut);
  return { weights: models.map((model) => (model === cut.low ? 1 - y : y)), method: SINGLE_PRECISION };
}
