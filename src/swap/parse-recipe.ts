import { z } from 'zod';
import { RECIPE_KEY, RECIPE_VERSION, type RecordedRecipe } from './recipe-metadata.js';

/** A written recipe takes about 1 kB; this keeps hostile metadata away from the JSON parser. */
const MAX_RECIPE_LENGTH = 1 << 20;

const side = z.enum(['base', 'transfer']);

const input = z.strictObject({
  path: z.string(),
  format: z.string(),
  network: z.string().optional(),
  sha256: z.string().regex(/^([0-9a-f]{64})?$/),
});

const recordedRecipe: z.ZodType<RecordedRecipe> = z.strictObject({
  version: z.literal(RECIPE_VERSION),
  base: input,
  transfer: input,
  swap: z.int().positive(),
  ramp: z.number().nonnegative().optional(),
  structure: side,
  mapping: side,
  noise: side,
  alpha: z.record(z.string().regex(/^[1-9]\d{0,5}$/), z.number().min(0).max(1)),
});

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
