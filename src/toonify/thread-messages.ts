import { z } from 'zod';
import { threadFailure } from '../files/thread.js';

// What a toonifier on a thread of its own and its caller say to each other.

const picture = z.strictObject({
  width: z.int().positive(),
  height: z.int().positive(),
  data: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** Also what is no number in JSON: a search may run into infinity. */
const anyNumber = z.custom<number>((value) => typeof value === 'number');

/** What is said to the thread. */
export const toThread = z.union([
  z.strictObject({ toonify: picture, state: z.string().optional() }),
  z.strictObject({ abort: z.literal(true) }),
]);
export type ToThread = z.infer<typeof toThread>;

/** What the thread says. */
export const fromThread = z.union([
  z.strictObject({ step: z.int(), loss: anyNumber }),
  z.strictObject({ ready: z.strictObject({ engine: z.string(), notices: z.array(z.string()) }) }),
  z.strictObject({
    toon: z.strictObject({
      picture,
      distance: anyNumber,
      psnr: anyNumber,
      resumedAt: z.int().optional(),
    }),
  }),
  z.strictObject({ failure: threadFailure }),
]);
export type FromThread = z.infer<typeof fromThread>;
