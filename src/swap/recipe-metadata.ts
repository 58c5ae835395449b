import { basename } from 'node:path';
import { z } from 'zod';
import { resolutionsOf } from '../checkpoint/architecture.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { BlendRecipe } from './recipe.js';
import { alphas } from './schedule.js';

/** The key of a checkpoint's metadata that holds the recipe it was made by. */
export const RECIPE_KEY = 'recipe';

/** Raised when the meaning of the written form changes. Readers refuse versions that they do not know. */
export const RECIPE_VERSION = 1;

/** A written recipe takes about 1 kB; this keeps hostile metadata away from the JSON parser. */
const MAX_RECIPE_LENGTH = 1 << 20;

const side = z.enum(['base', 'transfer']);

const input = z.strictObject({
  /** File name without its folders: those say nothing on another machine, and may be private. */
  path: z.string(),
  format: z.string(),
  network: z.string().optional(),
  /** Of the whole file, lower-case hex; empty for a model that was in memory only. */
  sha256: z.string().regex(/^([0-9a-f]{64})?$/),
});

const recordedRecipe = z.strictObject({
  version: z.literal(RECIPE_VERSION),
  base: input,
  transfer: input,
  swap: z.int().positive(),
  ramp: z.number().nonnegative().optional(),
  structure: side,
  mapping: side,
  noise: side,
  /** Share of the transfer model by resolution: what swap, ramp and structure came to. */
  alpha: z.record(z.string().regex(/^[1-9]\d{0,5}$/), z.number().min(0).max(1)),
});

/** A recipe as an output carries it: what was asked for, what it came to, and the inputs. */
export type RecordedRecipe = z.infer<typeof recordedRecipe>;

/** The metadata entry that records how a blend was made: `{ recipe: JSON }`. Reads both files once for their hashes. */
export async function recipeMetadata(
  recipe: BlendRecipe,
  inputs: { readonly base: Checkpoint; readonly transfer: Checkpoint },
): Promise<{ [RECIPE_KEY]: string }> {
  const record: RecordedRecipe = {
    version: RECIPE_VERSION,
    base: await describeInput(inputs.base),
    transfer: await describeInput(inputs.transfer),
    swap: recipe.swap,
    ...(recipe.ramp === undefined ? {} : { ramp: recipe.ramp }),
    structure: recipe.structure,
    mapping: recipe.mapping,
    noise: recipe.noise,
    alpha: Object.fromEntries(alphas(resolutionsOf(inputs.base.architecture), recipe)),
  };
  return { [RECIPE_KEY]: JSON.stringify(record) };
}

/**
 * The recipe that a checkpoint's metadata records, or undefined where there is none, or none that this version
 * understands. Metadata is whatever a stranger wrote: nothing in it makes this throw.
 */
export function parseRecipe(metadata: Readonly<Record<string, string>>): RecordedRecipe | undefined {
  const text: unknown = Object.hasOwn(metadata, RECIPE_KEY) ? metadata[RECIPE_KEY] : undefined;
  if (typeof text !== 'string' || text.length > MAX_RECIPE_LENGTH) return undefined;
  try {
    return recordedRecipe.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function describeInput(checkpoint: Checkpoint): Promise<RecordedRecipe['base']> {
  const { path, format, network } = checkpoint.origin;
  return {
    path: basename(path),
    format,
    ...(network === undefined ? {} : { network }),
    sha256: await checkpoint.sha256(),
  };
}
