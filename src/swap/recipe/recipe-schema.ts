import { z } from 'zod';
import { RAMP_SHAPES, type Range } from './alpha.js';
import { CUT_TOOLS } from './cut.js';
import { isModelName, MERGE_METHODS } from './recipe-model.js';

export const modelName = z
  .string()
  .refine(isModelName, 'expected a name: a letter, then letters, digits, _, . and -')
  .describe('Name of a model');

const resolution = z.int().positive().describe('A resolution in pixels');
const amount = z.number().describe('What the highest α comes to; 1 unless said otherwise');
const side = z
  .enum(['low', 'high'])
  .describe('Which side the model supplies: low resolutions unless said otherwise');

const range = z
  .string()
  .regex(/^[1-9]\d{0,5}(-[1-9]\d{0,5})?$/, 'expected a resolution or a range such as 16-64')
  .transform((text): Range => {
    const [from, to] = text.split('-').map(Number);
    return { from: from!, to: to ?? from! };
  });

const oneWindow = z.union([
  resolution.transform((r): Range => ({ from: r, to: r })),
  range,
  z.strictObject({ from: resolution, to: resolution }),
]);

const window = z
  .union([oneWindow.transform((one) => [one]), z.array(oneWindow).min(1)])
  .describe('Resolutions and ranges of them, such as 16, 16-64 or [4, 16-64]');

const parts = z.strictObject({
  conv: z.number().optional(),
  affine: z.number().optional(),
  torgb: z.number().optional(),
  noise: z.number().optional(),
});

const partAlpha = z.union([z.number(), parts]);

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

const KINDS = ['swap', 'window', 'table', 'constant', 'ramp'] as const;

const alphaObject = z
  .strictObject({
    swap: resolution.optional().describe('The last resolution of the low side'),
    ramp: z
      .union([
        z.number().nonnegative().describe('Width in octaves, beside swap'),
        z.strictObject({
          centre: z.number().positive().describe('Where α is a half, in pixels'),
          width: z.number().nonnegative().describe('In octaves'),
          shape: z.enum(RAMP_SHAPES as [string, ...string[]]).optional(),
        }),
      ])
      .optional(),
    window: window.optional(),
    table: z
      .record(z.string().regex(/^[1-9]\d{0,5}$/, 'expected a resolution'), tableEntry)
      .optional()
      .describe('α by resolution; 0 where nothing is said'),
    constant: z.number().optional().describe('The same α in all resolutions'),
    side: side.optional(),
    amount: amount.optional(),
  })
  .superRefine((value, context) => {
    for (const message of misfits(value)) context.addIssue({ code: 'custom', message });
  });

/** How much of a model goes where. */
export const alphaSchema = z.union([z.number(), alphaObject]).transform((value) => {
  if (typeof value === 'number') return value;
  return value.constant ?? value;
});

export const cutSchema = z.strictObject({
  tool: z.enum(CUT_TOOLS as [string, ...string[]]),
  resolution,
  level: z.literal([0, 1]).optional(),
  width: z.number().nonnegative().optional(),
  low: modelName.describe('The low-resolution model'),
});

const method = z.enum(MERGE_METHODS as [string, ...string[]]);

export const methodSchema = z
  .union([
    method,
    z.record(z.string().regex(/^(default|[1-9]\d{0,5})$/, 'expected a resolution or default'), method),
  ])
  .describe('How tensors are merged: one for all resolutions, or by resolution with default for the others');

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
