import { z } from 'zod';
import { readJson } from '../../json/read.js';
import { OUTPUT_KEY, RECIPE_KEY } from './recipe-keys.js';
import { type RecordedOutput, type RecordedRecipe, recordedOutput, recordedRecipe } from './recorded.js';
import { oldRecipe } from './recorded-old.js';

/** A written recipe takes about 1 kB; this keeps hostile metadata away from the JSON parser. */
const MAX_RECIPE_LENGTH = 1 << 20;

const anyRecipe = z.union([recordedRecipe, oldRecipe]);

/**
 * The recipe that a checkpoint's metadata records, whatever version of this program wrote it; undefined where there
 * is none, or none that is understood. Metadata is whatever a stranger wrote: nothing in it makes this throw.
 */
export function parseRecipe(metadata: Readonly<Record<string, string>>): RecordedRecipe | undefined {
  return parse(metadata, RECIPE_KEY, anyRecipe);
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
  return typeof text === 'string' && text.length <= MAX_RECIPE_LENGTH ? readJson(schema, text) : undefined;
}
