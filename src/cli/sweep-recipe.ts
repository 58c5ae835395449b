import { resolve } from 'node:path';
import type { BlendJob } from '../app/blending/blend-job.js';
import { openBlendModels } from '../app/blending/blend-models.js';
import { type OpenRecipe, openRecipe } from '../app/blending/recipe-job.js';
import { type OpenGrid, type RecipeAxis, recipeGrid } from '../app/recipe-sweep.js';
import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { StyleganBlendError, UsageError } from '../errors.js';
import { parseSeeds } from '../render/seeds.js';
import { checkRecipe, type ModelShape } from '../swap/recipe/check-recipe.js';
import type { Recipe } from '../swap/recipe/recipe-model.js';
import { partOf, withPart } from '../swap/recipe/vary.js';
import { type AxisChoice, listOf } from './options/sweep-axes.js';

/** Values of a part that needs none given. */
const USUAL: Readonly<Record<string, readonly number[]>> = {
  ramp: [0, 0.5, 1, 2],
  width: [0.25, 0.5, 1, 2, 4],
  // Beyond 1 where the method permits it.
  amount: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5],
  level: [0, 1],
};

export interface RecipeSweepOptions {
  readonly columns: AxisChoice;
  readonly rows: AxisChoice;
  readonly seeds?: readonly number[];
}

/** A sweep of a recipe file: of the swap of its only model with one, unless told otherwise. */
export async function gridOfRecipe(
  path: string,
  { columns, rows, seeds }: RecipeSweepOptions,
  signal: AbortSignal,
): Promise<OpenGrid> {
  const recipe = await openRecipe(path);
  const original = await recipe.job();
  const chosen = seeds ?? original.seeds;
  const isVaried = [columns, rows].some(({ parameter }) => parameter === 'seed');
  if (!isVaried && (seeds?.length ?? 1) > 1) {
    throw new UsageError(
      'SWEEP_SEEDS',
      `--seeds: expected one seed where neither axis is seed, found ${seeds!.length}`,
    );
  }
  const axisOf = async (option: string, { parameter, values }: AxisChoice): Promise<RecipeAxis> => {
    if (parameter === 'seed') {
      return {
        part: parameter,
        values: values === undefined ? (chosen ?? [0, 1, 2, 3, 4, 5]) : parseSeeds(values),
      };
    }
    const part = partOf(recipe.file, parameter);
    if (values !== undefined)
      return { part, values: [...new Set(listOf(values))].map((text) => partValue(part, text)) };
    const usual = await usualValues(part, recipe, original);
    if (usual !== undefined) return { part, values: usual };
    throw new UsageError('OPTION_MALFORMED', `${option}: expected values after ${parameter}=, found none`);
  };
  const axes = { columns: await axisOf('--columns', columns), rows: await axisOf('--rows', rows) };
  return recipeGrid(path, { ...axes, seed: chosen?.[0] ?? 0, signal });
}

/** As it would stand in the recipe; files are named from here, not from its folder. */
function partValue(part: string, text: string): string | number | boolean {
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  const isFile = /\.(model|recipe)$/.test(part) && (/[/\\.]/.test(text) || part.endsWith('.recipe'));
  return isFile ? resolve(text) : text;
}

/** Those of the usual values with which the recipe can be carried out. */
async function usualValues(
  part: string,
  { file, job }: OpenRecipe,
  original: BlendJob,
): Promise<readonly number[] | undefined> {
  const key = part.split('.').at(-1)!;
  const isResolution = key === 'swap' || key === 'resolution' || key === 'window';
  const usual = isResolution ? [] : USUAL[key];
  if (usual === undefined) return undefined;
  const opened = await openBlendModels({ ...original, container: undefined }, { checkHashes: false });
  try {
    const [models] = opened.networks.values();
    const shapes = new Map([...models!].map(([name, { architecture }]) => [name, architecture]));
    const all = isResolution ? resolutionsOf(shapes.get(original.recipe.base)!) : usual;
    const possible: number[] = [];
    for (const value of all) {
      const { recipe } = await job(withPart(file, part, value));
      if (isPossible(recipe, shapes)) possible.push(value);
    }
    return possible.length === 0 ? all : possible;
  } finally {
    await opened.close();
  }
}

function isPossible(recipe: Recipe, shapes: ReadonlyMap<string, ModelShape>): boolean {
  try {
    checkRecipe(recipe, shapes);
    return true;
  } catch (error) {
    if (error instanceof StyleganBlendError) return false;
    throw error;
  }
}
