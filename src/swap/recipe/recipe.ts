import { UsageError } from '../../errors.js';
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
 * For callers without types.
 * @throws UsageError `SIDE_UNKNOWN`
 */
export function checkSides(recipe: BlendRecipe): void {
  for (const key of ['structure', 'mapping', 'noise'] as const) {
    const value = recipe[key];
    if (value === 'base' || value === 'transfer') continue;
    throw new UsageError('SIDE_UNKNOWN', `${key}: expected base or transfer, found ${JSON.stringify(value)}`);
  }
}
