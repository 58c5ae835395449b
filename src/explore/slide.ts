import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import type { Engine } from '../engine/index.js';
import { throwIfAborted, UsageError } from '../errors.js';
import { openScratch } from '../files/scratch.js';
import { definedOf } from '../json/defined.js';
import { CHANNELS, type Picture } from '../picture/picture.js';
import type { SeedOptions } from '../render/styles.js';
import type { Models } from '../swap/blend.js';
import { PAIR_NAMES, type PairSettings, pairRecipe } from '../swap/recipe/pair.js';
import type { Alpha, Recipe } from '../swap/recipe/schema.js';
import { blendCandidate } from './candidate.js';
import { renderCandidates } from './render-candidates.js';

/** A value that stays, or one that goes from the first to the second. */
export type Sliding = number | readonly [from: number, to: number];

export interface SlideSettings extends SeedOptions {
  /** `base` and `transfer`. */
  readonly models: Models;
  /** Everything of the blend that stays. */
  readonly fixed: Pick<PairSettings, 'structure'>;
  /** What slides. The swap does so in octaves; between two resolutions the next one is taken in part. */
  readonly sliding: { readonly [name in 'swap' | 'ramp' | 'amount']?: Sliding };
  readonly seeds: readonly number[];
  /** How many frames, from 2. */
  readonly frames: number;
  /**
   * Go back to where it began, without showing the ends twice; an odd number of frames becomes even. Default true.
   */
  readonly back?: boolean;
  readonly signal?: AbortSignal;
}

/** Blends that are rendered together, so that they can share what they have in common. */
const TOGETHER = 12;

/**
 * The frames of a slide: the same faces, through a blend that changes.
 * @returns frame by frame a picture for each seed
 * @throws as `recipesOfSlide`, `blendModels` and `renderCandidates`
 */
export async function* slide(engine: Engine, options: SlideSettings): AsyncGenerator<Picture[]> {
  const { models, seeds, frames, back = true, signal } = options;
  const last = lastStep({ frames, back });
  // All of them before the first picture, so that what is wrong shows at once.
  const candidates = recipesOfSlide(options).map((recipe) => blendCandidate(models, recipe));
  const there = back ? await openScratch() : undefined;
  try {
    let side = 0;
    for (let start = 0; start < candidates.length; start += TOGETHER) {
      const chosen = candidates.slice(start, start + TOGETHER);
      const pictures: Picture[][] = chosen.map(() => []);
      await renderCandidates(chosen, seeds, engine, options, (candidate, seed, picture) => {
        pictures[candidate]![seed] = picture;
        side = picture.width;
      });
      for (const frame of pictures) {
        for (const { data } of frame) await there?.write(data);
        yield frame;
      }
    }
    if (there === undefined) return;
    const file = there.asFile('frames');
    const length = CHANNELS * side * side;
    for (let i = last - 1; i > 0; i--) {
      throwIfAborted(signal);
      const frame: Picture[] = [];
      for (const k of seeds.keys()) {
        const data = await file.read((i * seeds.length + k) * length, length);
        frame.push({ width: side, height: side, data });
      }
      yield frame;
    }
  } finally {
    await there?.close();
  }
}

/**
 * The blends of a slide from one end to the other.
 * @throws UsageError `SWAP_OUT_OF_RANGE` for a swap that lies outside the model's resolutions
 */
export function recipesOfSlide(options: Omit<SlideSettings, 'seeds'>): Recipe[] {
  const last = lastStep(options);
  const resolutions = resolutionsOf(options.models.get(PAIR_NAMES.base)!.architecture);
  return Array.from({ length: last + 1 }, (_, i) => recipeAt(options, i / last, resolutions));
}

/** How many frames a slide really has: going back, each step but the ends is shown twice. */
export function slideFrames({ frames, back = true }: Pick<SlideSettings, 'frames' | 'back'>): number {
  return back ? 2 * lastStep({ frames, back }) : frames;
}

function lastStep({ frames, back = true }: Pick<SlideSettings, 'frames' | 'back'>): number {
  return back ? Math.max(1, Math.round(frames / 2)) : frames - 1;
}

function recipeAt(
  { fixed, sliding }: Omit<SlideSettings, 'seeds'>,
  t: number,
  resolutions: readonly number[],
): Recipe {
  const at = (value: Sliding | undefined, inOctaves = false) => {
    if (value === undefined || typeof value === 'number') return value;
    const [from, to] = value;
    // Ends are met exactly, as a resolution is one.
    if (t === 0 || t === 1) return t === 0 ? from : to;
    return inOctaves ? from * (to / from) ** t : from + t * (to - from);
  };
  const [swap, ramp, amount] = [at(sliding.swap, true), at(sliding.ramp), at(sliding.amount)];
  if (swap === undefined || resolutions.includes(swap)) return pairRecipe({ ...fixed, swap, ramp, amount });
  // A recipe like the one of a swap at a resolution, with another α.
  const { transfer } = PAIR_NAMES;
  const recipe = pairRecipe({ ...fixed, swap: resolutions[0]!, amount });
  const alpha = alphaBetween(swap, ramp ?? 0, fixed.structure ?? 'transfer', amount, resolutions);
  return { ...recipe, models: { ...recipe.models, [transfer]: { alpha } } };
}

/** α of a swap that lies between two resolutions: at 4·√2 px half of 8 px. */
function alphaBetween(
  swap: number,
  ramp: number,
  structure: 'base' | 'transfer',
  amount: number | undefined,
  resolutions: readonly number[],
): Alpha {
  const [first, last] = [resolutions[0]!, resolutions.at(-1)!];
  if (!(swap >= first && swap <= last)) {
    throw new UsageError(
      'SWAP_OUT_OF_RANGE',
      `\`swap\`: expected ${first}..${last} px for this model, found ${swap}`,
    );
  }
  const isLow = structure === 'transfer';
  // The middle of a ramp lies half-way between the swap and the next resolution.
  if (ramp > 0) {
    const around = { centre: swap * Math.SQRT2, width: ramp };
    return definedOf({ ramp: around, side: isLow ? ('low' as const) : ('high' as const), amount });
  }
  const share = (r: number) => Math.min(1, Math.max(0, Math.log2(swap) - Math.log2(r) + 1));
  const shareOfSide = (r: number) => (isLow ? share(r) : 1 - share(r));
  return { table: Object.fromEntries(resolutions.map((r) => [r, shareOfSide(r) * (amount ?? 1)])) };
}
