import { stringify } from 'yaml';
import { definedOf } from '../../../json/defined.js';
import { BLENDED } from '../model-names.js';
import { modelsOf } from '../recipe.js';
import { RECIPE_VERSION } from '../recipe-keys.js';
import type { Alpha, Range, Recipe, RecipeModel } from '../schema.js';
import type { RecipeDocument } from './schema.js';

/** What a recipe file says beside the recipe. */
export type RecipeOutput = Pick<RecipeDocument, 'output' | 'preview'>;

/** A recipe as the file that means it; `mapping`, `w_avg` and `noise` are always said. */
export function fileOfRecipe(
  recipe: Recipe,
  { output, preview }: RecipeOutput = {},
): Record<string, unknown> {
  const { base, cut, mapping, w_avg, noise, method, normalize, common } = recipe;
  const entries = modelsOf(recipe).map((name) => [name, modelEntry(name, recipe.models[name]!)]);
  return definedOf({
    version: RECIPE_VERSION,
    base,
    models: Object.fromEntries(entries),
    cut,
    mapping,
    w_avg,
    noise: noise === BLENDED ? undefined : noise,
    method,
    normalize,
    common,
    output: output && definedOf(output),
    preview: preview && definedOf(preview),
  });
}

/** A recipe as {@link fileOfRecipe} gives it, as YAML that can be used again. */
export function printRecipe(file: Readonly<Record<string, unknown>>): string {
  return stringify(byResolution(file), { lineWidth: 100, aliasDuplicateObjects: false });
}

function modelEntry(name: string, { model = name, recipe, sha256, alpha }: RecipeModel): unknown {
  const file = recipe === undefined ? { model } : { recipe };
  if (alpha === undefined && sha256 === undefined && recipe === undefined) return model;
  return definedOf({ ...file, sha256, alpha: alpha && writtenAlpha(alpha) });
}

function writtenAlpha(alpha: Alpha): unknown {
  if (typeof alpha === 'number') return alpha;
  if ('table' in alpha) return alpha;
  if (!('window' in alpha)) return definedOf(alpha);
  const ranges = alpha.window.map(writtenRange);
  return definedOf({ ...alpha, window: ranges.length === 1 ? ranges[0] : ranges });
}

/** Keys that are resolutions as numbers, which those of an object are not: so that no quotes are needed. */
function byResolution(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return new Map(Object.entries(value).map(([key, inner]) => [Number(key) || key, byResolution(inner)]));
}

function writtenRange({ from, to }: Range): number | string {
  return from === to ? from : `${from}-${to}`;
}
