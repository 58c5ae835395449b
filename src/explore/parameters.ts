import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { UsageError } from '../errors.js';
import { pairOf } from '../swap/blend.js';
import { weightsAt } from '../swap/mixture.js';
import type { Alpha } from '../swap/recipe/alpha.js';
import type { Side } from '../swap/recipe/recipe.js';
import { PAIR_NAMES, type Recipe } from '../swap/recipe/recipe-model.js';
import { blendCandidate, type Candidate } from './candidate.js';

/** An open generator and what to call it. */
export interface LabelledModel {
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** Everything that decides a blend of two models, each of which can be varied. */
export interface BlendParameters {
  readonly base: LabelledModel;
  readonly transfer: LabelledModel;
  /**
   * The last resolution that is the transfer model's. Between two resolutions the next one is taken in part: at
   * 4·√2 px half of 8 px. Without it every resolution is blended alike, by `amount`.
   */
  readonly swap?: number;
  /** Width of the transition in octaves. */
  readonly ramp?: number;
  /** λ: base + λ · α(r) · (transfer - base). Any number; beyond 1 it is more than the transfer model itself. */
  readonly amount?: number;
  /** Which model supplies the resolutions up to the swap; transfer unless given. */
  readonly structure?: Side;
}

/**
 * The recipe of these parameters.
 * @throws UsageError `SWAP_OUT_OF_RANGE` for a swap that lies outside the model's resolutions
 */
export function recipeOfParameters(parameters: BlendParameters): Recipe {
  const { base, transfer } = PAIR_NAMES;
  return {
    base,
    others: [transfer],
    alpha: { [transfer]: alphaOfParameters(parameters) },
    mapping: base,
    wAvg: base,
    noise: base,
    ...(parameters.amount === undefined ? {} : { method: 'task' as const }),
  };
}

/** A blend that can be rendered among others. @throws as `recipeOfParameters` and `blendCandidate` */
export function candidateOfParameters(parameters: BlendParameters): Candidate {
  const models = pairOf(parameters.base.checkpoint, parameters.transfer.checkpoint);
  return blendCandidate(models, recipeOfParameters(parameters));
}

/** The share of the transfer model at each resolution of the base. */
export function curveOfParameters(parameters: BlendParameters): number[] {
  const recipe = recipeOfParameters(parameters);
  return resolutionsOf(parameters.base.checkpoint.architecture).map(
    (resolution) => weightsAt({ resolution, level: 1, part: 'conv' }, recipe).get(PAIR_NAMES.transfer)!,
  );
}

function alphaOfParameters({ base, swap, ramp = 0, amount, structure }: BlendParameters): Alpha {
  if (swap === undefined) return amount ?? 1;
  const resolutions = resolutionsOf(base.checkpoint.architecture);
  const [first, last] = [resolutions[0]!, resolutions.at(-1)!];
  if (!(swap >= first && swap <= last)) {
    throw new UsageError(
      'SWAP_OUT_OF_RANGE',
      `swap: expected ${first}..${last} px for this model, found ${swap}`,
    );
  }
  const side = structure === 'base' ? ('high' as const) : ('low' as const);
  const scale = amount === undefined ? {} : { amount };
  if (resolutions.includes(swap)) return { swap, ...(ramp === 0 ? {} : { ramp }), side, ...scale };
  // The middle of a ramp lies half-way between the swap and the next resolution.
  if (ramp > 0) return { ramp: { centre: swap * Math.SQRT2, width: ramp }, side, ...scale };
  const share = (r: number) => Math.min(1, Math.max(0, Math.log2(swap) - Math.log2(r) + 1));
  const shareOfSide = (r: number) => (side === 'low' ? share(r) : 1 - share(r));
  return { table: Object.fromEntries(resolutions.map((r) => [r, shareOfSide(r) * (amount ?? 1)])) };
}
