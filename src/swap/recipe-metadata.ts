import { basename } from 'node:path';
import { resolutionsOf } from '../checkpoint/architecture.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { BlendRecipe } from './recipe.js';
import { alphas } from './schedule.js';

/** The key of a checkpoint's metadata that holds the recipe it was made by. */
export const RECIPE_KEY = 'recipe';

/** Raised when the meaning of the written form changes. Readers refuse versions that they do not know. */
export const RECIPE_VERSION = 1;

/** One of the models of a recorded blend. */
export interface RecordedInput {
  /** File name without its folders: those say nothing on another machine, and may be private. */
  readonly path: string;
  readonly format: string;
  readonly network?: string | undefined;
  /** Of the whole file, lower-case hex; empty for a model that was in memory only. */
  readonly sha256: string;
}

/** A recipe as an output carries it: what was asked for, what it came to, and the inputs. */
export interface RecordedRecipe extends BlendRecipe {
  readonly version: typeof RECIPE_VERSION;
  readonly base: RecordedInput;
  readonly transfer: RecordedInput;
  /** Share of the transfer model by resolution: what swap, ramp and structure came to. */
  readonly alpha: Readonly<Record<string, number>>;
}

/** The two models of a blend. */
interface BlendInputs {
  readonly base: Checkpoint;
  readonly transfer: Checkpoint;
}

/** The metadata entry that records how a blend was made: `{ recipe: JSON }`. Reads both files once for their hashes. */
export async function recipeMetadata(
  recipe: BlendRecipe,
  inputs: BlendInputs,
): Promise<{ [RECIPE_KEY]: string }> {
  const [base, transfer] = await Promise.all([inputs.base.sha256(), inputs.transfer.sha256()]);
  return encode(recipe, inputs, { base, transfer });
}

/** {@link recipeMetadata} with blank hashes, of the same length: to keep its place until they are known. */
export function draftRecipeMetadata(recipe: BlendRecipe, inputs: BlendInputs): { [RECIPE_KEY]: string } {
  const blank = ({ origin }: Checkpoint) => (origin.format === 'memory' ? '' : '0'.repeat(64));
  return encode(recipe, inputs, { base: blank(inputs.base), transfer: blank(inputs.transfer) });
}

function encode(
  recipe: BlendRecipe,
  { base, transfer }: BlendInputs,
  hashes: { base: string; transfer: string },
): { [RECIPE_KEY]: string } {
  const record: RecordedRecipe = {
    version: RECIPE_VERSION,
    base: describeInput(base, hashes.base),
    transfer: describeInput(transfer, hashes.transfer),
    swap: recipe.swap,
    ...(recipe.ramp === undefined ? {} : { ramp: recipe.ramp }),
    structure: recipe.structure,
    mapping: recipe.mapping,
    noise: recipe.noise,
    alpha: Object.fromEntries(alphas(resolutionsOf(base.architecture), recipe)),
  };
  return { [RECIPE_KEY]: JSON.stringify(record) };
}

function describeInput(checkpoint: Checkpoint, sha256: string): RecordedInput {
  const { path, format, network } = checkpoint.origin;
  return { path: basename(path), format, ...(network === undefined ? {} : { network }), sha256 };
}
