import { scaledAlpha } from './alpha.js';
import { othersOf } from './recipe.js';
import { RecipeError } from './recipe-error.js';
import type { Recipe } from './schema.js';

/**
 * A recipe with `share` times its α everywhere: 0 is the base, 1 the recipe itself.
 * @throws RecipeError `STRENGTH_WITHOUT_ALPHA` for a cut, and for models that are averaged: they have no α
 */
export function withStrength(recipe: Recipe, share: number): Recipe {
  if (share === 1) return recipe;
  const others = othersOf(recipe);
  const without = others.find((name) => recipe.models[name]!.alpha === undefined);
  if (recipe.cut !== undefined || without !== undefined) {
    throw new RecipeError(
      'STRENGTH_WITHOUT_ALPHA',
      recipe.cut === undefined ? ['models', without!] : ['cut'],
      `expected α that can grow from 0, found ${recipe.cut === undefined ? `none of ${without}` : 'the rule of another tool'}`,
    );
  }
  const scaled = others.map((name) => {
    const model = recipe.models[name]!;
    return [name, { ...model, alpha: scaledAlpha(model.alpha!, share) }] as const;
  });
  return { ...recipe, models: { ...recipe.models, ...Object.fromEntries(scaled) } };
}
