import { stringify } from 'yaml';
import type { Alpha, Range } from './alpha.js';
import type { RecipeModel } from './document.js';
import { FILE_VERSION, type RecipeFile } from './file-schema.js';
import { modelsOf, type Recipe } from './recipe-model.js';

/** What a recipe file says beside the recipe. */
export type RecipeOutput = Pick<RecipeFile, 'output' | 'preview'>;

/** A recipe as the file that means it; `mapping`, `w_avg` and `noise` are always said. */
export function fileOfRecipe(
  recipe: Recipe,
  models: ReadonlyMap<string, RecipeModel>,
  { output, preview }: RecipeOutput = {},
): Record<string, unknown> {
  const { base, cut, mapping, wAvg, noise, method, normalize, common } = recipe;
  const entries = modelsOf(recipe).map((name) => [
    name,
    modelEntry(name, models.get(name), recipe.alpha[name]),
  ]);
  return withoutUndefined({
    version: FILE_VERSION,
    base,
    models: Object.fromEntries(entries),
    cut,
    mapping,
    w_avg: wAvg,
    noise: noise === 'blended' ? undefined : noise,
    method: typeof method === 'object' ? byResolution(method) : method,
    normalize,
    common,
    output: output && withoutUndefined(output),
    preview: preview && withoutUndefined(preview),
  });
}

/** {@link fileOfRecipe} as YAML that can be used again. */
export function printRecipe(...parts: Parameters<typeof fileOfRecipe>): string {
  return stringify(fileOfRecipe(...parts), { lineWidth: 100, aliasDuplicateObjects: false });
}

function modelEntry(name: string, source: RecipeModel | undefined, alpha: Alpha | undefined): unknown {
  const model = source?.model ?? name;
  const file = source?.isRecipe === true ? { recipe: model } : { model };
  const isPlain = alpha === undefined && source?.sha256 === undefined && source?.isRecipe !== true;
  if (isPlain) return model;
  return withoutUndefined({ ...file, sha256: source?.sha256, alpha: alpha && writtenAlpha(alpha) });
}

function writtenAlpha(alpha: Alpha): unknown {
  if (typeof alpha === 'number') return alpha;
  if ('table' in alpha) return { table: byResolution(alpha.table) };
  if (!('window' in alpha)) return withoutUndefined(alpha);
  const ranges = alpha.window.map(writtenRange);
  return withoutUndefined({ ...alpha, window: ranges.length === 1 ? ranges[0] : ranges });
}

/** Resolutions as numbers, which an object's keys are not. */
function byResolution(record: Readonly<Record<string, unknown>>): Map<string | number, unknown> {
  return new Map(Object.entries(record).map(([key, value]) => [Number(key) || key, value]));
}

function writtenRange({ from, to }: Range): number | string {
  return from === to ? from : `${from}-${to}`;
}

function withoutUndefined(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
