import { z } from 'zod';
import { NETWORK_NAMES } from '../../../checkpoint/readers/network-names.js';
import { WRITTEN_DTYPES } from '../../../formats/dtype.js';
import { nearest } from '../../../text/nearest.js';
import { RECIPE_VERSION } from '../recipe-keys.js';
import { modelName, modelSchema, settings, source } from '../schema.js';

const path = z.string().min(1);

const model = z
  .union([z.null(), path, modelSchema])
  .describe('A generator: nothing for one of that name, a name or path, or more about it');

const seeds = z.union([
  z.string().describe('Such as 0-3,85'),
  z.int().nonnegative(),
  z.array(z.int().nonnegative()).min(1),
]);

/** A recipe as people write it. All paths in it are relative to its folder. */
export const documentSchema = z
  .strictObject({
    version: z.literal(RECIPE_VERSION),
    base: modelName.describe('The model that gets what the others leave'),
    models: z.record(modelName, model).describe('All models by the names that this recipe has for them'),
    mapping: source.optional().describe('Whose mapping network: a model (the base), or average'),
    w_avg: source.optional().describe('Whose w_avg: a model (that of mapping), or average'),
    noise: source.optional().describe('Whose noise buffers: a model (the base)'),
    ...settings,
    output: z
      .strictObject({
        file: path.optional().describe('.safetensors, or .pkl or .pt in the form of the container'),
        dtype: z.enum(WRITTEN_DTYPES).optional(),
        container: path.optional().describe('Whose form a .pkl or .pt takes; the base unless given'),
        networks: z.array(z.enum(NETWORK_NAMES)).min(1).optional(),
        lossy: z.boolean().optional().describe('Write although settings of the container differ'),
      })
      .optional(),
    preview: z
      .strictObject({
        file: path.describe('A picture: PNG, JPEG or WebP'),
        seeds: seeds.optional(),
        class: z.int().nonnegative().optional(),
      })
      .optional(),
  })
  .describe('How generators are blended');

/** A recipe as it was read: the form is right, and what it leaves open is still open. */
export type RecipeDocument = z.infer<typeof documentSchema>;

/** A recipe as people and programs write it. */
export type RecipeInput = z.input<typeof documentSchema>;

/** The schema for editors, of what is written rather than of what is read from it. */
export function recipeJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(documentSchema, { io: 'input' });
  return { $schema, title: 'Recipe of stylegan-blend', ...rest };
}

/** What is said of a key that a strict object does not have. */
export function unknownKey(key: string, schema: unknown): string {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const meant = nearest(key, known);
  const rest = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
  return `unknown key ${JSON.stringify(key.slice(0, 40))}: ${rest}`;
}
