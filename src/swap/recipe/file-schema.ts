import { z } from 'zod';
import { nearest } from '../../text/nearest.js';
import { alphaSchema, cutSchema, methodSchema, modelName } from './recipe-schema.js';

/** The version of the form of recipe files that this program reads. */
export const FILE_VERSION = 1;

const path = z.string().min(1);
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')
  .describe('What the SHA-256 of the file has to be');

const model = z
  .union([
    z.null(),
    path,
    z.strictObject({
      model: path.optional().describe('Name or path, relative to this file; the name above unless given'),
      recipe: path.optional().describe('Another recipe, whose blend is the model; relative to this file'),
      sha256: sha256.optional(),
      alpha: alphaSchema.optional().describe('How much of this model goes where; the base has none'),
    }),
  ])
  .describe('A generator: nothing for one of that name, a name or path, or more about it');

const source = z.string().min(1).max(64);

const seeds = z.union([
  z.string().describe('Such as 0-3,85'),
  z.int().nonnegative(),
  z.array(z.int().nonnegative()).min(1),
]);

/** A recipe as people write it. All paths in it are relative to its folder. */
export const recipeFileSchema = z
  .strictObject({
    version: z.literal(FILE_VERSION),
    base: modelName.describe('The model that gets what the others leave'),
    models: z.record(modelName, model).describe('All models by the names that this recipe has for them'),
    mapping: source.optional().describe('Whose mapping network: a model (the base), or average'),
    w_avg: source.optional().describe('Whose w_avg: a model (that of mapping), or average'),
    noise: source.optional().describe('Whose noise buffers: a model (the base)'),
    method: methodSchema.optional(),
    normalize: z.boolean().optional().describe('Divide α by their sum where that is above 1'),
    common: z
      .boolean()
      .optional()
      .describe('Models may be of another size: blend what they share with the base'),
    cut: cutSchema.optional().describe('The rule of another tool in place of α'),
    output: z
      .strictObject({
        file: path.optional().describe('.safetensors, or .pkl or .pt in the form of the container'),
        dtype: z.enum(['f32', 'f16', 'bf16']).optional(),
        container: path.optional().describe('Whose form a .pkl or .pt takes; the base unless given'),
        networks: z
          .array(z.enum(['G_ema', 'G', 'D']))
          .min(1)
          .optional(),
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

export type RecipeFile = z.infer<typeof recipeFileSchema>;

/** The schema for editors, of what is written rather than of what is read from it. */
export function recipeJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(recipeFileSchema, { io: 'input' });
  return { $schema, title: 'Recipe of stylegan-blend', ...rest };
}

/** What is said of a key that a strict object does not have. */
export function unknownKey(key: string, schema: unknown): string {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const meant = nearest(key, known);
  const rest = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
  return `unknown key ${JSON.stringify(key.slice(0, 40))}: ${rest}`;
}
