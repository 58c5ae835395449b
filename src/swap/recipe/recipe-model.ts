import type { Alpha } from './alpha.js';
import type { Cut } from './cut.js';
import { type BlendRecipe, checkSides } from './recipe.js';

/**
 * How the tensors of a resolution are merged, from weights w_i that add up to 1, the base's among them:
 * - `linear`: Σ w_i · m_i;
 * - `slerp`: along the great circle between two tensors (see `merge.ts`);
 * - `task`: base + Σ α_i · (m_i - base), where α may be any number: beyond 1 is more than the model itself;
 * - `average`: all models alike, whatever their α.
 */
export type MergeMethod = 'linear' | 'slerp' | 'task' | 'average';

export const MERGE_METHODS: readonly MergeMethod[] = ['linear', 'slerp', 'task', 'average'];

/** In place of a model's name: the mean of all models. */
export const AVERAGE = 'average';

/** In place of a model's name, for noise buffers: as the resolution that they are for. */
export const BLENDED = 'blended';

/**
 * Whether a model may be called so: a letter, then letters, digits, `_`, `.` and `-`; and no word that means something
 * else, here or in JavaScript's objects.
 */
export function isModelName(name: string): boolean {
  return /^[A-Za-z][\w.-]{0,63}$/.test(name) && name !== AVERAGE && name !== BLENDED && !(name in {});
}

/** Everything that determines a blend of any number of models, which it calls by names. It is plain JSON. */
export interface Recipe {
  /** The model that gets what the others leave, and whose architecture the blend has. */
  readonly base: string;
  /** The other models, in the order in which they are added up. */
  readonly others: readonly string[];
  /** How much of each of the others; one that is missing counts only where all are averaged, and in a cut. */
  readonly alpha: Readonly<Record<string, Alpha>>;
  /** The rule of another tool in place of α. */
  readonly cut?: Cut;
  /** Whose mapping network, or {@link AVERAGE}. A projected w lives in its model's W. */
  readonly mapping: string;
  /** Whose `w_avg`, or {@link AVERAGE}. */
  readonly wAvg: string;
  /** Whose noise buffers. They are not averaged: the mean of two unit normals is none. */
  readonly noise: string;
  /** One for all resolutions, or by resolution, with `default` for the others; linear unless said otherwise. */
  readonly method?: MergeMethod | Readonly<Record<string, MergeMethod>>;
  /** Divide α by their sum where that is above 1, instead of refusing. */
  readonly normalize?: boolean;
  /** Models may be of another size: above the resolutions that they share with the base, the base's weights stay. */
  readonly common?: boolean;
}

/** The models of a recipe: the base, then the others in order. */
export function modelsOf(recipe: Pick<Recipe, 'base' | 'others'>): string[] {
  return [recipe.base, ...recipe.others];
}

/** How a resolution is merged. */
export function methodAt({ method = 'linear' }: Pick<Recipe, 'method'>, resolution: number): MergeMethod {
  if (typeof method === 'string') return method;
  return method[resolution] ?? method['default'] ?? 'linear';
}

/** What the two models of a swap are called where they have no other names. */
export const PAIR_NAMES = { base: 'base', transfer: 'transfer' } as const;

/**
 * The recipe that the paper's blend of two models is.
 * @throws UsageError as `checkSides`
 */
export function recipeOfPair(
  pair: BlendRecipe,
  names: { readonly base: string; readonly transfer: string } = PAIR_NAMES,
): Recipe {
  checkSides(pair);
  const alpha = {
    swap: pair.swap,
    ...(pair.ramp === undefined ? {} : { ramp: pair.ramp }),
    ...(pair.structure === 'transfer' ? {} : { side: 'high' as const }),
  };
  return {
    base: names.base,
    others: [names.transfer],
    alpha: { [names.transfer]: alpha },
    mapping: names[pair.mapping],
    wAvg: names[pair.mapping],
    noise: names[pair.noise],
  };
}

/** The reverse of {@link recipeOfPair}; undefined for recipes that are more than that. */
export function pairOfRecipe(recipe: Recipe): BlendRecipe | undefined {
  const [transfer, ...more] = recipe.others;
  const alpha = transfer === undefined ? undefined : recipe.alpha[transfer];
  const { cut, method = 'linear', normalize, common, mapping, wAvg, noise } = recipe;
  const isPlain = cut === undefined && method === 'linear' && normalize !== true && common !== true;
  if (!isPlain || more.length > 0 || typeof alpha !== 'object' || !('swap' in alpha)) return undefined;
  if (alpha.amount !== undefined || wAvg !== mapping) return undefined;
  const sides = new Map([[recipe.base, 'base' as const] as const, [transfer!, 'transfer' as const] as const]);
  const [ofMapping, ofNoise] = [sides.get(mapping), sides.get(noise)];
  if (ofMapping === undefined || ofNoise === undefined) return undefined;
  return {
    swap: alpha.swap,
    ...(alpha.ramp === undefined ? {} : { ramp: alpha.ramp }),
    structure: alpha.side === 'high' ? 'base' : 'transfer',
    mapping: ofMapping,
    noise: ofNoise,
  };
}
