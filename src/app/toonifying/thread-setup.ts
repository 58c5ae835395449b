import { z } from 'zod';
import { DEVICES, ENGINES } from '../../engine/engine.js';
import { CUT_TOOLS } from '../../swap/recipe/cut-tools.js';
import { documentSchema } from '../../swap/recipe/file/schema.js';
import { toonSettings } from '../../toonify/settings.js';

const side = z.enum(['base', 'transfer']).optional();

const pair = z.strictObject({
  base: z.string(),
  transfer: z.string(),
  swap: z.number().optional(),
  ramp: z.number().optional(),
  structure: side,
  amount: z.number().optional(),
  method: z.string().optional(),
  common: z.boolean().optional(),
  cut: z.enum(CUT_TOOLS).optional(),
  level: z.literal([0, 1]).optional(),
  width: z.number().optional(),
  mapping: side,
  noiseFrom: side,
});

/** What a thread is made with: plain values, from which it opens models and engine for itself. */
export const threadSetup = z.strictObject({
  source: z.union([
    z.string(),
    z.strictObject({ base: z.string(), blend: z.string() }),
    pair,
    documentSchema,
  ]),
  engine: z.strictObject({
    engine: z.enum(['auto', ...ENGINES]).optional(),
    device: z.enum([...DEVICES, 'auto']).optional(),
    threads: z.int().optional(),
    half: z.boolean().optional(),
    cache: z.strictObject({ folder: z.string(), limitBytes: z.number().optional() }).optional(),
  }),
  settings: toonSettings,
});
export type ThreadSetup = z.infer<typeof threadSetup>;
