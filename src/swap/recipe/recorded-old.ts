import { z } from 'zod';
import { definedOf } from '../../json/defined.js';
import type { RecordedModel, RecordedRecipe } from './recorded.js';
import { alphaSchema, modelName, type Recipe, settings, source } from './schema.js';

// The forms in which blends recorded their recipes before there was one: they are read for as long as such blends are
// around, and replayed with the text that they carry.

const input = z.strictObject({
  path: z.string(),
  format: z.string(),
  network: z.string().optional(),
  sha256: z.string().regex(/^([0-9a-f]{64})?$/),
  get recipe(): z.ZodOptional<z.ZodType<RecordedRecipe>> {
    return oldRecipe.optional();
  },
});
type OldInput = z.infer<typeof input>;

const side = z.enum(['base', 'transfer']);

/** A blend of two by swap. */
const oldPair = z.strictObject({
  version: z.literal(1),
  base: input,
  transfer: input,
  swap: z.int().positive(),
  ramp: z.number().nonnegative().optional(),
  structure: side,
  mapping: side,
  noise: side,
  alpha: z.record(z.string().regex(/^[1-9]\d{0,5}$/), z.number().min(0).max(1)),
});

/** Any other blend. */
const oldBlend = z.strictObject({
  version: z.literal(2),
  recipe: z.strictObject({
    base: modelName,
    others: z.array(modelName),
    alpha: z.record(modelName, alphaSchema),
    mapping: source,
    wAvg: source,
    noise: source,
    ...settings,
  }),
  models: z.record(modelName, input),
});

/** A recipe in one of the old forms, read as one of today. */
export const oldRecipe: z.ZodType<RecordedRecipe> = z
  .union([oldPair, oldBlend])
  .transform((old, context): RecordedRecipe => {
    const recipe = old.version === 1 ? ofPair(old) : ofBlend(old);
    if (recipe !== undefined) return recipe;
    context.addIssue({ code: 'custom', message: 'models of the recipe that are not among the inputs' });
    return z.NEVER;
  });

function ofPair({
  base,
  transfer,
  swap,
  ramp,
  structure,
  mapping,
  noise,
}: z.infer<typeof oldPair>): RecordedRecipe {
  const alpha = definedOf({ swap, ramp, side: structure === 'base' ? ('high' as const) : undefined });
  return {
    version: 1,
    base: 'base',
    models: { base: modelOf(base), transfer: modelOf(transfer, alpha) },
    mapping,
    w_avg: mapping,
    noise,
  };
}

function ofBlend({ recipe, models }: z.infer<typeof oldBlend>): RecordedRecipe | undefined {
  const { base, others, alpha, mapping, wAvg, noise, ...rest } = recipe;
  const names = [base, ...others];
  if (names.some((name) => !Object.hasOwn(models, name)) || new Set(names).size < names.length)
    return undefined;
  const known: Recipe = {
    base,
    models: {},
    mapping,
    w_avg: wAvg,
    noise,
    ...definedOf(rest),
  };
  const inputs = names.map((name) => [name, modelOf(models[name]!, alpha[name])] as const);
  return { version: 1, ...known, models: Object.fromEntries(inputs) };
}

function modelOf({ path, recipe, ...rest }: OldInput, alpha?: RecordedModel['alpha']): RecordedModel {
  return definedOf({ model: path, ...rest, alpha, blended: recipe });
}
