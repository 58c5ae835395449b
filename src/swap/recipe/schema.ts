import { z } from 'zod';
import { isMethod, methodNames } from '../methods/registry.js';
import { CUT_TOOLS } from './cut-tools.js';
import { isModelName } from './model-names.js';

// The parts of a recipe, as people write them and as blends record them. What TypeScript knows of a recipe is
// inferred from these schemas; modules that compute with recipes import the types only, and load no zod.

const RAMP_SHAPES = ['logistic', 'linear', 'cosine'] as const;

export const modelName = z
  .string()
  .refine(isModelName, 'expected a name: a letter, then letters, digits, _, . and -')
  .describe('Name of a model');

const resolution = z.int().positive().describe('A resolution in pixels');
const amount = z.number().describe('What the highest α comes to; 1 unless said otherwise');
const side = z
  .enum(['low', 'high'])
  .describe('Which side the model supplies: low resolutions unless said otherwise');
const octaves = z.number().nonnegative();

/** Resolutions in pixels, both ends included. */
const range = z.strictObject({ from: resolution, to: resolution });
export type Range = z.infer<typeof range>;

const writtenRange = z
  .string()
  .regex(/^[1-9]\d{0,5}(-[1-9]\d{0,5})?$/, 'expected a resolution or a range such as 16-64')
  .transform((text): Range => {
    const [from, to] = text.split('-').map(Number);
    return { from: from!, to: to ?? from! };
  });

const oneWindow = z.union([resolution.transform((r): Range => ({ from: r, to: r })), writtenRange, range]);

const writtenWindow = z
  .union([oneWindow.transform((one) => [one]), z.array(oneWindow).min(1)])
  .describe('Resolutions and ranges of them, such as 16, 16-64 or [4, 16-64]');

const parts = z.strictObject({
  conv: z.number().optional(),
  affine: z.number().optional(),
  torgb: z.number().optional(),
  noise: z.number().optional(),
});

/** One α, or one for each kind of tensor; 0 for those that are not listed. */
const partAlpha = z.union([z.number(), parts]);
export type PartAlpha = z.infer<typeof partAlpha>;

/** One α, or one for each kind of tensor or each half-resolution. */
const tableEntry = z
  .union([
    z.number(),
    z.strictObject({
      ...parts.shape,
      level0: partAlpha.optional().describe('conv0, at 4 px the constant'),
      level1: partAlpha.optional().describe('conv1 and toRGB'),
    }),
  ])
  .refine(
    (entry) => typeof entry === 'number' || !hasBoth(entry),
    'expected either level0 and level1, or conv, affine, torgb and noise, found both',
  );
export type TableEntry = z.infer<typeof tableEntry>;

const ramp = z.strictObject({
  centre: z.number().positive().describe('Where α is a half, in pixels'),
  width: octaves.describe('In octaves'),
  shape: z.enum(RAMP_SHAPES).optional(),
});

const table = z.record(z.string().regex(/^[1-9]\d{0,5}$/, 'expected a resolution'), tableEntry);

/** 1 up to a resolution, 0 above it; a ramp is the width of a logistic in octaves, 0 or absent for a hard swap. */
const swapAlpha = z.strictObject({
  swap: resolution,
  ramp: octaves.optional(),
  side: side.optional(),
  amount: amount.optional(),
});
/**
 * From 1 to 0 around any centre, which need not be a resolution. The width is the scale of the logistic and the whole
 * transition of the other shapes; 0 is a step.
 */
const rampAlpha = z.strictObject({ ramp, side: side.optional(), amount: amount.optional() });
/** `amount` in some resolutions, 0 in the others. */
const windowAlpha = z.strictObject({ window: z.array(range).min(1), amount: amount.optional() });
/** α by resolution; 0 for those that are not listed. */
const tableAlpha = z.strictObject({ table });

export type SwapAlpha = z.infer<typeof swapAlpha>;
export type RampAlpha = z.infer<typeof rampAlpha>;
export type WindowAlpha = z.infer<typeof windowAlpha>;
export type TableAlpha = z.infer<typeof tableAlpha>;

const oneKind = z.union([z.number(), swapAlpha, rampAlpha, windowAlpha, tableAlpha]);
export type Alpha = z.infer<typeof oneKind>;

const KINDS = ['swap', 'window', 'table', 'constant', 'ramp'] as const;

/** As people write it: one schema for all kinds, so that it can say what does not go together. */
const writtenAlpha = z
  .strictObject({
    swap: resolution.optional().describe('The last resolution of the low side'),
    ramp: z.union([octaves.describe('Width in octaves, beside swap'), ramp]).optional(),
    window: writtenWindow.optional(),
    table: table.optional().describe('α by resolution; 0 where nothing is said'),
    constant: z.number().optional().describe('The same α in all resolutions'),
    side: side.optional(),
    amount: amount.optional(),
  })
  .superRefine((value, context) => {
    for (const message of misfits(value)) context.addIssue({ code: 'custom', message });
  });

/**
 * How much of a model goes into each resolution. A number is the same share everywhere. Of the others `amount`, 1
 * unless said otherwise, is what the highest α comes to. The low side holds the structure of pictures, the high side
 * their texture.
 */
export const alphaSchema = z.union([z.number(), writtenAlpha]).transform((written, context): Alpha => {
  // A pipe into a union would lose what has been said of unknown keys.
  const value = typeof written === 'number' ? written : (written.constant ?? written);
  const { data, error } = oneKind.safeParse(value);
  if (data !== undefined) return data;
  for (const { message } of error.issues) context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

export const cutSchema = z.strictObject({
  tool: z.enum(CUT_TOOLS).describe('Whose rule'),
  resolution: resolution.describe('Where it cuts, in pixels'),
  level: z
    .literal([0, 1])
    .optional()
    .describe('pinkney, t27: which half of the resolution the cut is at; 0 unless said otherwise'),
  width: z
    .number()
    .nonnegative()
    .optional()
    .describe("Of a logistic around the cut, in the tool's positions; a hard cut unless said otherwise"),
  low: modelName.describe('The low-resolution model'),
});
/**
 * The rule by which another tool blends two StyleGAN2 generators, quirks and all, so that old results can be remade.
 * Each starts from a copy of the low-resolution model and puts tensors of the other into it.
 */
export type Cut = z.infer<typeof cutSchema>;

/** The name of a way to merge tensors: one that is built in, or that a program has added. */
const methodName = z.string().superRefine((name, context) => {
  if (isMethod(name)) return;
  const message = `expected ${methodNames().join(', ')}, found ${JSON.stringify(name.slice(0, 40))}`;
  context.addIssue({ code: 'custom', message });
});

const methodSchema = z
  .union([
    methodName,
    z.record(z.string().regex(/^(default|[1-9]\d{0,5})$/, 'expected a resolution or default'), methodName),
  ])
  .describe('How tensors are merged: one for all resolutions, or by resolution with default for the others')
  .meta({ examples: methodNames() });

/** A model's name, or a word that stands for no model, which is checked where the recipe is used. */
export const source = z.string().min(1).max(64);

/** What a recipe says of one of its models. */
export const modelSchema = z.strictObject({
  model: z
    .string()
    .min(1)
    .optional()
    .describe('Name or path, relative to this file; the name above unless given'),
  recipe: z
    .string()
    .min(1)
    .optional()
    .describe('Another recipe, whose blend is the model; relative to this file'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')
    .optional()
    .describe('What the SHA-256 of the file has to be'),
  alpha: alphaSchema.optional().describe('How much of this model goes where; the base has none'),
});

/** What of a recipe is optional whatever its form. */
export const settings = {
  method: methodSchema.optional(),
  normalize: z.boolean().optional().describe('Divide α by their sum where that is above 1'),
  common: z
    .boolean()
    .optional()
    .describe('Models may be of another size: blend what they share with the base'),
  cut: cutSchema.optional().describe('The rule of another tool in place of α'),
};

/**
 * Everything that determines a blend of any number of models, which it calls by names; nothing is left open. The
 * models other than the base are added up in their order. `mapping`, `w_avg` and `noise` say whose mapping network,
 * average of w and noise buffers: a projected w lives in its model's W, and noise buffers are not averaged, as the
 * mean of two unit normals is none.
 */
export const recipeSchema = z.strictObject({
  base: modelName,
  models: z.record(modelName, modelSchema),
  mapping: source,
  w_avg: source,
  noise: source,
  ...settings,
});
export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeModel = Recipe['models'][string];

function hasBoth(entry: object): boolean {
  const keys = Object.keys(entry);
  const levels = keys.filter((key) => key.startsWith('level'));
  return levels.length > 0 && levels.length < keys.length;
}

/** What does not go together in an α. */
function misfits(value: Readonly<Record<string, unknown>>): string[] {
  const given = KINDS.filter((kind) => value[kind] !== undefined);
  const isRampedSwap = given.join() === 'swap,ramp' && typeof value['ramp'] === 'number';
  if (given.length !== 1 && !isRampedSwap) {
    return [`expected one of ${KINDS.join(', ')}, found ${given.join(' and ') || 'none'}`];
  }
  const kind = given[0]!;
  if (kind === 'ramp' && typeof value['ramp'] === 'number') {
    return ['ramp: expected { centre, width }, or swap beside it, found a width alone'];
  }
  const misplaced: string[] = [];
  if (value['side'] !== undefined && kind !== 'swap' && kind !== 'ramp') {
    misplaced.push(`side: expected beside swap or ramp, found beside ${kind}`);
  }
  if (value['amount'] !== undefined && (kind === 'table' || kind === 'constant')) {
    misplaced.push(`amount: expected beside swap, ramp or window, found beside ${kind}`);
  }
  return misplaced;
}
