import { z } from 'zod';
import { NETWORK_NAMES } from '../../checkpoint/readers/network-names.js';
import { RECIPE_VERSION } from './recipe-keys.js';
import { modelName, modelSchema, recipeSchema } from './schema.js';

// What a blend carries in its metadata: its recipe with what is known of the inputs.

/** One of the models of a recorded blend. */
const recordedModel = z.strictObject({
  /** File name without its folders: those say nothing on another machine, and may be private. */
  model: z.string(),
  format: z.string(),
  network: z.string().optional(),
  /** Of the whole file, lower-case hex; empty for a model that was in memory only. */
  sha256: z.string().regex(/^([0-9a-f]{64})?$/),
  alpha: modelSchema.shape.alpha,
  /** How this model was blended itself. */
  get blended() {
    return recordedRecipe.optional();
  },
});
export type RecordedModel = z.infer<typeof recordedModel>;

export const recordedRecipe = z.strictObject({
  version: z.literal(RECIPE_VERSION),
  ...recipeSchema.shape,
  models: z.record(modelName, recordedModel),
});
/** A recipe as a blend carries it: what was asked for, and the inputs. It is a recipe itself. */
export type RecordedRecipe = z.infer<typeof recordedRecipe>;

export const recordedOutput = z.union([
  z.strictObject({ form: z.literal('rosinality') }),
  z.strictObject({
    /** A copy of a file with other tensors. */
    form: z.literal('in-place'),
    /** How the container arranges its bytes, e.g. `pickle`. */
    kind: z.string(),
    container: z.strictObject({ path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    /** The networks that were blended, the recorded one first. */
    networks: z.array(z.enum(NETWORK_NAMES)).min(1),
    lossy: z.boolean().optional(),
  }),
]);
/** What beside the recipe determines the bytes of a file. */
export type RecordedOutput = z.infer<typeof recordedOutput>;
