import { meant } from '../../text/nearest.js';
import type { Alpha } from './alpha.js';
import { twoBases } from './check-recipe.js';
import type { RecipeFile } from './file-schema.js';
import { RecipeError } from './recipe-error.js';
import { BLENDED, type Recipe } from './recipe-model.js';

/** What a recipe says about one of its models. */
export interface RecipeModel {
  /** A name or path, or the path of another recipe whose blend it is; as written. */
  readonly model: string;
  readonly isRecipe: boolean;
  readonly sha256?: string;
}

/**
 * The recipe that a file means, and where its models come from.
 *
 * @throws RecipeError `MODEL_UNDEFINED`, `TWO_BASES`, `MODEL_CONTRADICTION`
 */
export function recipeOfFile(file: RecipeFile): { recipe: Recipe; models: Map<string, RecipeModel> } {
  const { base, cut, method, normalize, common } = file;
  const names = Object.keys(file.models);
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
  const models = new Map(names.map((name) => [name, sourceOf(name, file.models[name])]));
  const others = names.filter((name) => name !== base);
  const start = cut?.low ?? base;
  const mapping = file.mapping ?? start;
  const recipe: Recipe = {
    base,
    others,
    alpha: alphasOf(file, base),
    ...(cut === undefined ? {} : { cut: cut as Recipe['cut'] }),
    mapping,
    wAvg: file.w_avg ?? mapping,
    noise: file.noise ?? (cut?.tool === 'animegan' ? BLENDED : start),
    ...(method === undefined ? {} : { method: method as Recipe['method'] }),
    ...(normalize === undefined ? {} : { normalize }),
    ...(common === undefined ? {} : { common }),
  };
  return { recipe, models };
}

function alphasOf({ models }: RecipeFile, base: string): Record<string, Alpha> {
  const alphas = Object.entries(models).flatMap(([name, model]) => {
    const alpha = typeof model === 'object' ? model?.alpha : undefined;
    if (alpha !== undefined && name === base) throw twoBases(name);
    return alpha === undefined ? [] : [[name, alpha as Alpha]];
  });
  return Object.fromEntries(alphas);
}

function sourceOf(name: string, model: RecipeFile['models'][string] | undefined): RecipeModel {
  if (model === null || model === undefined) return { model: name, isRecipe: false };
  if (typeof model === 'string') return { model, isRecipe: false };
  if (model.recipe === undefined)
    return { model: model.model ?? name, isRecipe: false, sha256: model.sha256 };
  const other = model.model !== undefined ? 'model' : model.sha256 !== undefined ? 'sha256' : undefined;
  if (other === undefined) return { model: model.recipe, isRecipe: true };
  throw new RecipeError(
    'MODEL_CONTRADICTION',
    ['models', name, other],
    `models.${name}: expected a file or a recipe, found recipe and ${other}`,
  );
}
