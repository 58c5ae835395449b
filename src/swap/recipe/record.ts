import { basename } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { unlessAborted } from '../../errors.js';
import { definedOf } from '../../json/defined.js';
import { ingredientsOf, type Models } from '../blend.js';
import { modelsOf } from './recipe.js';
import { RECIPE_KEY, RECIPE_VERSION } from './recipe-keys.js';
import type { RecordedModel, RecordedRecipe } from './recorded.js';
import type { Recipe } from './schema.js';

/** How many generations of blends of blends are recorded. */
const MAX_LINEAGE = 8;

/** Longest recipe of an input, as JSON, that is recorded with it. */
const MAX_ANCESTOR_LENGTH = 1 << 16;

/**
 * The metadata entry that records how a blend was made: `{ recipe: JSON }`. Reads all files once for their hashes. Of
 * inputs that are blends themselves their own recipes are recorded with them.
 * @throws AbortedError
 */
export async function blendMetadata(
  recipe: Recipe,
  models: Models,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<{ [RECIPE_KEY]: string }> {
  return encode(recipe, models, (checkpoint) => unlessAborted(checkpoint.sha256(), signal));
}

/** {@link blendMetadata} with blank hashes, of the same length: to keep its place until they are known. */
export async function draftMetadata(recipe: Recipe, models: Models): Promise<{ [RECIPE_KEY]: string }> {
  const blank = async ({ origin }: Checkpoint) => (origin.format === 'memory' ? '' : '0'.repeat(64));
  return encode(recipe, models, blank);
}

type Hash = (checkpoint: Checkpoint) => Promise<string>;

async function encode(recipe: Recipe, models: Models, hash: Hash): Promise<{ [RECIPE_KEY]: string }> {
  return { [RECIPE_KEY]: JSON.stringify(await record(recipe, models, hash)) };
}

async function record(recipe: Recipe, models: Models, hash: Hash): Promise<RecordedRecipe> {
  const inputs = await Promise.all(
    modelsOf(recipe).map(async (name) => {
      const { alpha } = recipe.models[name]!;
      return [name, await describeInput(models.get(name)!, alpha, hash)] as const;
    }),
  );
  return { version: RECIPE_VERSION, ...recipe, models: Object.fromEntries(inputs) };
}

async function describeInput(
  checkpoint: Checkpoint,
  alpha: RecordedModel['alpha'],
  hash: Hash,
): Promise<RecordedModel> {
  const { path, format, network } = checkpoint.origin;
  const [sha256, blended] = await Promise.all([hash(checkpoint), recipeOf(checkpoint, hash)]);
  return definedOf({ model: basename(path), format, network, sha256, alpha, blended });
}

/** The recipe that an input was made by, unless its history is too long to be carried along. */
async function recipeOf(checkpoint: Checkpoint, hash: Hash): Promise<RecordedRecipe | undefined> {
  const ingredients = ingredientsOf(checkpoint);
  if (ingredients !== undefined) return record(ingredients.recipe, ingredients.models, hash);
  const { metadata } = checkpoint;
  const text = Object.hasOwn(metadata, RECIPE_KEY) ? metadata[RECIPE_KEY]! : '';
  if (text === '' || text.length > MAX_ANCESTOR_LENGTH) return undefined;
  // The schema of recipes takes its time to load, and most inputs are no blends.
  const recipe = (await import('./parse-recorded.js')).parseRecipe(metadata);
  return recipe === undefined ? undefined : withoutAncestors(recipe, MAX_LINEAGE - 1);
}

/** Leaves out the recipes of inputs that are further back than some generations. */
function withoutAncestors(recorded: RecordedRecipe, generations: number): RecordedRecipe {
  const shortened = ({ blended, ...input }: RecordedModel): RecordedModel =>
    blended === undefined || generations === 0
      ? input
      : { ...input, blended: withoutAncestors(blended, generations - 1) };
  const models = Object.entries(recorded.models).map(([name, input]) => [name, shortened(input)]);
  return { ...recorded, models: Object.fromEntries(models) };
}
