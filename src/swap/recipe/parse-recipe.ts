import { z } from 'zod';
import {
  OUTPUT_KEY,
  PAIR_VERSION,
  RECIPE_KEY,
  RECIPE_VERSION,
  type RecordedBlend,
  type RecordedInput,
  type RecordedOutput,
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

const recordedOutput: z.ZodType<RecordedOutput> = z.union([
  z.strictObject({ form: z.literal('rosinality') }),
  z.strictObject({
    form: z.literal('in-place'),
    kind: z.string(),
    container: z.strictObject({ path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    networks: z.array(z.enum(['G_ema', 'G', 'D'])).min(1),
    lossy: z.boolean().optional(),
  }),
]);

/**
 * The recipe that a checkpoint's metadata records, or undefined where there is none, or none that this version
 * understands. Metadata is whatever a stranger wrote: nothing in it makes this throw.
 */
export function parseRecipe(metadata: Readonly<Record<string, string>>): RecordedRecipe | undefined {
  return parse(metadata, RECIPE_KEY, recordedRecipe);
}

/** How a blend was written, where its metadata say so; as {@link parseRecipe}. */
export function parseOutput(metadata: Readonly<Record<string, string>>): RecordedOutput | undefined {
  return parse(metadata, OUTPUT_KEY, recordedOutput);
}

function parse<T>(
  metadata: Readonly<Record<string, string>>,
  key: string,
  schema: z.ZodType<T>,
): T | undefined {
  const text: unknown = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  if (typeof text !== 'string' || text.length > MAX_RECIPE_LENGTH) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
