import { definedOf } from '../../json/defined.js';
import { meant } from '../../text/nearest.js';

import type { RecipeDocument } from './file/schema.js';
import { BLENDED } from './model-names.js';
import { RecipeError, twoBases } from './recipe-error.js';
import type { Recipe, RecipeModel } from './schema.js';

/** The models of a recipe: the base, then the others in order. */
export function modelsOf(recipe: Pick<Recipe, 'base' | 'models'>): string[] {
  return [recipe.base, ...othersOf(recipe)];
}

/** The models other than the base, in order. */
export function othersOf({ base, models }: Pick<Recipe, 'base' | 'models'>): string[] {
  return Object.keys(models).filter((name) => name !== base);
}

/** The name of the way in which a resolution is merged. */
export function methodAt({ method = 'linear' }: Pick<Recipe, 'method'>, resolution: number): string {
  if (typeof method === 'string') return method;
  return method[resolution] ?? method['default'] ?? 'linear';
}

/**
 * The recipe that a document means, with all that it left open.
 * @throws RecipeError `MODEL_UNDEFINED`, `CUT_MODELS`, `TWO_BASES`, `MODEL_CONTRADICTION`
 */
export function completeRecipe(document: RecipeDocument): Recipe {
  const { base, cut, method, normalize, common } = document;
  const names = Object.keys(document.models);
  if (!names.includes(base)) {
    throw new RecipeError(
      'MODEL_UNDEFINED',
      ['base'],
      `base: expected one of the models (${names.join(', ')}), found ${base}`,
      meant(base, names, 'every model stands under models'),
    );
  }
  if (cut !== undefined && !names.includes(cut.low)) {
    throw new RecipeError(
      'CUT_MODELS',
      ['cut', 'low'],
      `cut.low: expected one of the models (${names.join(', ')}), found ${cut.low}`,
      meant(cut.low, names, 'the low-resolution model is one of the two'),
    );
  }
  const models = names.map((name) => [name, modelOf(name, document.models[name])] as const);
  if (models.some(([name, { alpha }]) => name === base && alpha !== undefined)) throw twoBases(base);
  const start = cut?.low ?? base;
  const mapping = document.mapping ?? start;
  return {
    base,
    models: Object.fromEntries(models),
    mapping,
    w_avg: document.w_avg ?? mapping,
    noise: document.noise ?? (cut?.tool === 'animegan' ? BLENDED : start),
    ...definedOf({ method, normalize, common, cut }),
  };
}

function modelOf(name: string, said: RecipeDocument['models'][string] | undefined): RecipeModel {
  if (said === null || said === undefined) return { model: name };
  if (typeof said === 'string') return { model: said };
  const { model, recipe, sha256, alpha } = said;
  if (recipe === undefined) return definedOf({ model: model ?? name, sha256, alpha });
  const other = model !== undefined ? 'model' : sha256 !== undefined ? 'sha256' : undefined;
  if (other === undefined) return definedOf({ recipe, alpha });
  throw new RecipeError(
    'MODEL_CONTRADICTION',
    ['models', name, other],
    `models.${name}: expected a file or a recipe, found recipe and ${other}`,
  );
}
