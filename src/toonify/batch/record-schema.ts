import { z } from 'zod';
import { modelName, modelSchema, recipeSchema } from '../../swap/recipe/schema.js';
import { toonSettings } from '../settings.js';

// What a toon carries of the settings that it depends on. It may be anybody's.

/** Raised when equal settings give other results. */
export const RECORD_VERSION = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A blend without the names of files: those may change while the weights stay. */
const model = z.strictObject({
  /** Empty for a model that is a blend itself. */
  sha256: z.string().regex(/^([0-9a-f]{64})?$/),
  alpha: modelSchema.shape.alpha,
  get blended(): z.ZodOptional<z.ZodType<RecordedBlend>> {
    return blend.optional();
  },
});
interface RecordedModel {
  readonly sha256: string;
  readonly alpha?: z.infer<typeof modelSchema>['alpha'];
  readonly blended?: RecordedBlend;
}
export interface RecordedBlend extends Omit<z.infer<typeof recipeSchema>, 'models'> {
  readonly models: Readonly<Record<string, RecordedModel>>;
}
const blend: z.ZodType<RecordedBlend> = z.strictObject({
  ...recipeSchema.shape,
  models: z.record(modelName, model),
});

const side = z.enum(['base', 'transfer']);

/** How a pair was said before recipes of any number could be toonified with. */
const oldPair = z.strictObject({
  swap: z.int().positive(),
  ramp: z.number().nonnegative().optional(),
  structure: side,
  mapping: side,
  noise: side,
});

const faces = {
  align: z.literal(false).optional(),
  face: z.union([z.enum(['all', 'largest']), z.int().positive()]).optional(),
  minSize: z.int().positive().optional(),
  /** Hash of the landmarks that were given. */
  landmarks: sha256.optional(),
  pasteBack: z.literal(true).optional(),
  matchColours: z.literal(true).optional(),
  /** Which face of several, and how many there are. */
  number: z.int().positive().optional(),
  of: z.int().positive().optional(),
};

const known = z.strictObject({
  version: z.literal(RECORD_VERSION),
  /** Hash of the picture. */
  input: sha256,
  /** Hash of the generator in which it was found. */
  base: sha256,
  /** A finished blend by its hash, or how the blend was made. */
  model: sha256.optional(),
  blend: blend.optional(),
  ...toonSettings.shape,
  ...faces,
});
export type ToonRecord = z.infer<typeof known>;

const old = z
  .strictObject({ ...known.omit({ model: true, blend: true }).shape, transfer: sha256, recipe: oldPair })
  .transform(
    ({ transfer, recipe, ...rest }): ToonRecord => ({ ...rest, blend: ofPair(rest.base, transfer, recipe) }),
  );

/** The settings of a toon, of whatever version of this program. */
export const toonRecord = z.union([known, old]);

function ofPair(base: string, transfer: string, pair: z.infer<typeof oldPair>): RecordedBlend {
  const { swap, ramp, structure, mapping, noise } = pair;
  const alpha = {
    swap,
    ...(ramp === undefined ? {} : { ramp }),
    ...(structure === 'base' ? { side: 'high' as const } : {}),
  };
  return {
    base: 'base',
    models: { base: { sha256: base }, transfer: { sha256: transfer, alpha } },
    mapping,
    w_avg: mapping,
    noise,
  };
}
