import { optionMissing, optionsExclusive, UsageError } from '../../errors.js';
import { definedOf } from '../../json/defined.js';
import { type CutTool, DVSCHULTZ_RESOLUTION } from './cut-tools.js';
import type { RecipeDocument } from './file/schema.js';
import { completeRecipe } from './recipe.js';
import type { Alpha, Recipe } from './schema.js';

/** One of the two models of a pair. */
export type Side = 'base' | 'transfer';

/** How two models are blended (Pinkney & Adler 2020, section 3); a recipe says the same of any number. */
export interface PairSettings {
  /** The last resolution that takes its weights from the structure model, in pixels. */
  readonly swap?: number;
  /** Blend gradually around the swap: the scale of a logistic in octaves. 0, the default, is a hard swap. */
  readonly ramp?: number;
  /** Which model supplies the resolutions up to the swap: transfer, the paper's α, unless given; `base` is 1 - α. */
  readonly structure?: Side;
  /**
   * What the highest α comes to; without a swap α everywhere. Default 1. Beyond 0..1 it extrapolates:
   * base + amount · α · (transfer - base), which is what the method `task` computes.
   */
  readonly amount?: number;
  /** How tensors are merged, one of `methodNames()`; linear unless given. */
  readonly method?: string;
  /** The models may be of another size: blend the resolutions that they share. */
  readonly common?: boolean;
  /** Blend as another tool does, at `swap`. */
  readonly cut?: CutTool;
  /** Of a cut of pinkney and t27: at which half of the resolution. */
  readonly level?: 0 | 1;
  /** Of a cut: its width in positions of its tool. */
  readonly width?: number;
  /** Whose mapping network and w_avg: the base's unless given, in a cut the structure model's. */
  readonly mapping?: Side;
  /** Whose noise buffers: the base's unless given, in a cut the structure model's. */
  readonly noiseFrom?: Side;
}

/** Two generators, by name or path, and how they are blended. */
export interface Pair extends PairSettings {
  /** The generator that is blended into. */
  readonly base: string;
  /** The generator that was fine-tuned from it. */
  readonly transfer: string;
}

/** What the two models of a pair are called where they have no other names. */
export const PAIR_NAMES = { base: 'base', transfer: 'transfer' } as const;

type Names = Readonly<Record<Side, string>>;

/**
 * A pair as a recipe.
 * @param names what the recipe calls the two models
 * @throws UsageError `OPTION_MISSING`, `OPTIONS_EXCLUSIVE`, `SIDE_UNKNOWN`
 */
export function recipeOfPair({ base, transfer, ...pair }: Pair, names: Names = PAIR_NAMES): RecipeDocument {
  const { alpha, ...rest } = settingsOf(pair, names);
  return {
    version: 1,
    base: names.base,
    models: {
      [names.base]: { model: base },
      [names.transfer]: definedOf({ model: transfer, alpha }),
    },
    ...rest,
  };
}

/** {@link recipeOfPair} for two models that are at hand: `base` and `transfer`. @throws as there */
export function pairRecipe(pair: PairSettings): Recipe {
  const { base, transfer } = PAIR_NAMES;
  const { models, ...recipe } = completeRecipe(recipeOfPair({ ...pair, base, transfer }));
  const { alpha } = models[transfer]!;
  return { ...recipe, models: { [base]: {}, [transfer]: definedOf({ alpha }) } };
}

type Said = Pick<RecipeDocument, 'cut' | 'mapping' | 'noise' | 'method' | 'common'> & {
  readonly alpha?: Alpha;
};

function settingsOf(pair: PairSettings, names: Names): Said {
  for (const key of ['structure', 'mapping', 'noiseFrom'] as const) checkSide(key, pair[key]);
  const { mapping, noiseFrom, common } = pair;
  const whose = (side: Side | undefined) => (side === undefined ? undefined : names[side]);
  const said = { mapping: whose(mapping), noise: whose(noiseFrom) };
  if (pair.cut !== undefined) return definedOf({ ...said, cut: cutOf(pair, pair.cut, names) });
  if (pair.level !== undefined) throw needs('level', 'cut');
  if (pair.width !== undefined) throw needs('width', 'cut');
  return definedOf({ ...said, alpha: alphaOf(pair), method: methodOf(pair), common });
}

function alphaOf({ swap, ramp, structure, amount, method }: PairSettings): Alpha | undefined {
  if (swap !== undefined) {
    return definedOf({ swap, ramp, side: structure === 'base' ? ('high' as const) : undefined, amount });
  }
  if (ramp !== undefined) throw needs('ramp', 'swap');
  if (structure !== undefined) throw needs('structure', 'swap` or `cut');
  if (amount !== undefined || method === 'average') return amount;
  throw optionMissing(
    'swap',
    'or `amount` for the same share everywhere, `cut` for the rule of another tool',
  );
}

/** Of two models `linear` and `task` are one formula; only the latter is meant to go beyond the models. */
function methodOf({ method, amount = 1 }: PairSettings): string | undefined {
  if (method !== undefined) return method === 'linear' ? undefined : method;
  return amount < 0 || amount > 1 ? 'task' : undefined;
}

/** The tools start from the low-resolution model, and leave what belongs to no resolution as it is there. */
function cutOf(pair: PairSettings, tool: CutTool, names: Names): NonNullable<RecipeDocument['cut']> {
  const { swap, level, width, structure = 'transfer' } = pair;
  const other = (['ramp', 'amount', 'method', 'common'] as const).find((key) => pair[key] !== undefined);
  if (other !== undefined) throw optionsExclusive('cut', other);
  const resolution = swap ?? (tool === 'dvschultz' ? DVSCHULTZ_RESOLUTION : undefined);
  if (resolution === undefined) throw optionMissing('swap', 'it says at which resolution `cut` cuts');
  return definedOf({ tool, resolution, level, width, low: names[structure] });
}

/** For callers without types. */
function checkSide(key: string, value: string | undefined): void {
  if (value === undefined || value === 'base' || value === 'transfer') return;
  throw new UsageError(
    'SIDE_UNKNOWN',
    `\`${key}\`: expected base or transfer, found ${JSON.stringify(value)}`,
  );
}

function needs(option: string, other: string): UsageError {
  return new UsageError('OPTION_MISSING', `\`${option}\`: expected \`${other}\` beside it, found none`);
}
