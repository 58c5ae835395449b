import { z } from 'zod';
import {
  PAIR_VERSION,
  RECIPE_KEY,
  RECIPE_VERSION,
  type RecordedBlend,
  type RecordedInput,
  type RecordedPair,
  type RecordedRecipe,
} from './recipe-metadata.js';
import type { Recipe } from './recipe-model.js';
import { alphaSchema, cutSchema, methodSchema, modelName } from './recipe-schema.js';

/** A written recipe takes about 1 kB; this keeps hostile metadata away from the JSON parser. */
const MAX_RECIPE_LENGTH = 1 << 20;

const side = z.enum(['base', 'transfer']);
/** Words that stand for no model, such as `average`, are checked where the recipe is used. */
const source = z.string().max(64);

const input: z.ZodType<RecordedInput> = z.strictObject({
  path: z.string(),
  format: z.string(),
  network: z.string().optional(),
  sha256: z.string().regex(/^([0-9a-f]{64})?$/),
  recipe: z.lazy(() => recordedRecipe).optional(),
});

const recordedPair: z.ZodType<RecordedPair> = z.strictObject({
  version: z.literal(PAIR_VERSION),
  base: input,
  transfer: input,
  swap: z.int().positive(),
  ramp: z.number().nonnegative().optional(),
  structure: side,
  mapping: side,
  noise: side,
  alpha: z.record(z.string().regex(/^[1-9]\d{0,5}$/), z.number().min(0).max(1)),
});

const recipe = z.strictObject({
  base: modelName,
  others: z.array(modelName),
  alpha: z.record(modelName, alphaSchema),
  cut: cutSchema.optional(),
  mapping: source,
  wAvg: source,
  noise: source,
  method: methodSchema.optional(),
  normalize: z.boolean().optional(),
  common: z.boolean().optional(),
}) as unknown as z.ZodType<Recipe>;

const recordedBlend: z.ZodType<RecordedBlend> = z.strictObject({
  version: z.literal(RECIPE_VERSION),
  recipe,
  models: z.record(modelName, input),
});

const recordedRecipe: z.ZodType<RecordedRecipe> = z.union([recordedPair, recordedBlend]);

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
