import { z } from 'zod';
import { PROFILES, SPACES } from '../project/profile.js';
import type { SearchSettings } from '../project/search-settings.js';

/** What a toon depends on beside its picture, its models and its faces. */
export const toonSettings = z.strictObject({
  profile: z.enum(PROFILES),
  steps: z.int().positive(),
  seed: z.int().nonnegative(),
  /** Never `auto`. */
  loss: z.string().min(1).max(1000),
  space: z.enum(SPACES),
  pull: z.number().nonnegative(),
  discardNoise: z.boolean(),
  pivotal: z.int().positive().optional(),
  /** Truncation in the blend; 1 leaves the counterpart as it is. */
  psi: z.number(),
  /** Class of conditional generators. */
  class: z.int().nonnegative().optional(),
  /** Show input, reconstruction and result next to each other. */
  sideBySide: z.boolean(),
});
export type ToonSettings = z.infer<typeof toonSettings> & SearchSettings;
