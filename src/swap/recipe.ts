import { type Architecture, resolutionsOf } from '../checkpoint/architecture.js';
import { UsageError } from '../errors.js';
import type { Schedule } from './schedule.js';

/** One of the two models of a blend. */
export type Side = 'base' | 'transfer';

/** Everything that determines a blend of two models. */
export interface BlendRecipe extends Schedule {
  /** Which model supplies the mapping network and `w_avg`. A projected w lives in the base's W. */
  readonly mapping: Side;
  /** Which model supplies the fixed noise buffers. They are never averaged: the mean of two unit normals is none. */
  readonly noise: Side;
}

/** What a recipe says unless it is told otherwise: the paper's layer swapping, w and noise of the base. */
export const RECIPE_DEFAULTS = { structure: 'transfer', mapping: 'base', noise: 'base' } as const;

/** A whole recipe from the parts that differ from {@link RECIPE_DEFAULTS}. Only `swap` has no default. */
export function completeRecipe(parts: Pick<BlendRecipe, 'swap'> & Partial<BlendRecipe>): BlendRecipe {
  return {
    swap: parts.swap,
    ...(parts.ramp === undefined ? {} : { ramp: parts.ramp }),
    structure: parts.structure ?? RECIPE_DEFAULTS.structure,
    mapping: parts.mapping ?? RECIPE_DEFAULTS.mapping,
    noise: parts.noise ?? RECIPE_DEFAULTS.noise,
  };
}

/**
 * Checks that `recipe` can be carried out on models of `architecture`.
 * @throws UsageError `SWAP_NOT_A_RESOLUTION`, `RAMP_OUT_OF_RANGE` or `SIDE_UNKNOWN`.
 */
export function checkRecipe(recipe: BlendRecipe, architecture: Pick<Architecture, 'resolution'>): void {
  const resolutions = resolutionsOf(architecture);
  if (!resolutions.includes(recipe.swap)) {
    throw new UsageError(
      'SWAP_NOT_A_RESOLUTION',
      `swap: expected a resolution of the model (${resolutions.join(', ')}), found ${recipe.swap}`,
      { hint: 'the swap is the last resolution that takes its weights from the low-resolution model' },
    );
  }
  if (recipe.ramp !== undefined && !(Number.isFinite(recipe.ramp) && recipe.ramp >= 0)) {
    throw new UsageError(
      'RAMP_OUT_OF_RANGE',
      `ramp: expected a width in octaves, finite and >= 0, found ${recipe.ramp}`,
      { hint: '0 is a hard swap, 1 a gentle ramp' },
    );
  }
  for (const key of ['structure', 'mapping', 'noise'] as const) requireSide(key, recipe[key]);
}

/** For callers without types and for values that come from the command line. */
function requireSide(key: string, value: string): void {
  if (value === 'base' || value === 'transfer') return;
  throw new UsageError('SIDE_UNKNOWN', `${key}: expected base or transfer, found ${JSON.stringify(value)}`);
}
