import { basename } from 'node:path';
import { resolutionsOf } from '../../checkpoint/architecture/architecture.js';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { NetworkName } from '../../checkpoint/readers/network-names.js';
import { unlessAborted } from '../../errors.js';
import { ingredientsOf, type Models, pairOf } from '../blend.js';
import type { BlendRecipe } from './recipe.js';
import { modelsOf, pairOfRecipe, type Recipe, recipeOfPair } from './recipe-model.js';
import { alphas } from './schedule.js';

/** The key of a checkpoint's metadata that holds the recipe it was made by. */
export const RECIPE_KEY = 'recipe';

/** Form of the paper's blend of two, and of all other blends. Readers refuse versions that they do not know. */
export const PAIR_VERSION = 1;
export const RECIPE_VERSION = 2;

/** How many generations of blends of blends are recorded. */
export const MAX_LINEAGE = 8;

/** Longest recipe of an input, as JSON, that is recorded with it. */
const MAX_ANCESTOR_LENGTH = 1 << 16;

/** One of the models of a recorded blend. */
export interface RecordedInput {
  /** File name without its folders: those say nothing on another machine, and may be private. */
  readonly path: string;
  readonly format: string;
  readonly network?: string;
  /** Of the whole file, lower-case hex; empty for a model that was in memory only. */
  readonly sha256: string;
  /** How this model was blended itself. */
  readonly recipe?: RecordedRecipe;
}

/** A recipe as an output carries it: what was asked for, what it came to, and the inputs. */
export type RecordedRecipe = RecordedPair | RecordedBlend;

export interface RecordedPair extends BlendRecipe {
  readonly version: typeof PAIR_VERSION;
  readonly base: RecordedInput;
  readonly transfer: RecordedInput;
  /** Share of the transfer model by resolution: what swap, ramp and structure came to. */
  readonly alpha: Readonly<Record<string, number>>;
}

export interface RecordedBlend {
  readonly version: typeof RECIPE_VERSION;
  readonly recipe: Recipe;
  /** By the names that the recipe has for them. */
  readonly models: Readonly<Record<string, RecordedInput>>;
}

/** The key of a checkpoint's metadata that holds how it was written, where that is not as safetensors. */
export const OUTPUT_KEY = 'output';

/** What beside the recipe determines the bytes of a file. */
export type RecordedOutput =
  | { readonly form: 'rosinality' }
  | {
      /** A copy of a file with other tensors. */
      readonly form: 'in-place';
      /** How the container arranges its bytes, e.g. `pickle`. */
      readonly kind: string;
      readonly container: Pick<RecordedInput, 'path' | 'sha256'>;
      /** The networks that were blended, the recorded one first. */
      readonly networks: readonly NetworkName[];
      readonly lossy?: boolean;
    };

/** A recorded blend in one form, whatever it was. */
export function readRecorded(recorded: RecordedRecipe): {
  recipe: Recipe;
  models: Readonly<Record<string, RecordedInput>>;
} {
  if (recorded.version === RECIPE_VERSION) return recorded;
  const { base, transfer } = recorded;
  return { recipe: recipeOfPair(recorded), models: { base, transfer } };
}

/** {@link blendMetadata} for the paper's blend of two. */
export async function recipeMetadata(
  recipe: BlendRecipe,
  { base, transfer }: { readonly base: Checkpoint; readonly transfer: Checkpoint },
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ [RECIPE_KEY]: string }> {
  return blendMetadata(recipeOfPair(recipe), pairOf(base, transfer), options);
}

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
      const checkpoint = models.get(name)!;
      return [name, await describeInput(checkpoint, hash)] as const;
    }),
  );
  const pair = pairOfRecipe(recipe);
  const [base, transfer] = inputs.map(([, input]) => input) as [RecordedInput, RecordedInput];
  const { architecture } = models.get(recipe.base)!;
  if (pair === undefined) return { version: RECIPE_VERSION, recipe, models: Object.fromEntries(inputs) };
  const alpha = Object.fromEntries(alphas(resolutionsOf(architecture), pair));
  return { version: PAIR_VERSION, base, transfer, ...pair, alpha };
}

async function describeInput(checkpoint: Checkpoint, hash: Hash): Promise<RecordedInput> {
  const { path, format, network } = checkpoint.origin;
  const [sha256, recipe] = await Promise.all([hash(checkpoint), recipeOf(checkpoint, hash)]);
  return {
    path: basename(path),
    format,
    ...(network === undefined ? {} : { network }),
    sha256,
    ...(recipe === undefined ? {} : { recipe }),
  };
}

/** The recipe that an input was made by, unless its history is too long to be carried along. */
async function recipeOf(checkpoint: Checkpoint, hash: Hash): Promise<RecordedRecipe | undefined> {
  const ingredients = ingredientsOf(checkpoint);
  if (ingredients !== undefined) return record(ingredients.recipe, ingredients.models, hash);
  const { metadata } = checkpoint;
  const text = Object.hasOwn(metadata, RECIPE_KEY) ? metadata[RECIPE_KEY]! : '';
  if (text === '' || text.length > MAX_ANCESTOR_LENGTH) return undefined;
  // The schema of recipes takes its time to load, and most inputs are no blends.
  const recipe = (await import('./parse-recipe.js')).parseRecipe(metadata);
  return recipe === undefined ? undefined : withoutAncestors(recipe, MAX_LINEAGE - 1);
}

/** Leaves out the recipes of inputs that are further back than some generations. */
function withoutAncestors(recorded: RecordedRecipe, generations: number): RecordedRecipe {
  const shortened = ({ recipe, ...input }: RecordedInput): RecordedInput =>
    recipe === undefined || generations === 0
      ? input
      : { ...input, recipe: withoutAncestors(recipe, generations - 1) };
  if (recorded.version === PAIR_VERSION) {
    return { ...recorded, base: shortened(recorded.base), transfer: shortened(recorded.transfer) };
  }
  const models = Object.entries(recorded.models).map(([name, input]) => [name, shortened(input)]);
  return { ...recorded, models: Object.fromEntries(models) };
}
