import { modelLabel } from '../../checkpoint/names.js';
import { optionMissing, UsageError } from '../../errors.js';
import { DVSCHULTZ_RESOLUTION } from '../../swap/recipe/cut-tools.js';
import type { RecipeDocument } from '../../swap/recipe/file/schema.js';
import { isModelName } from '../../swap/recipe/model-names.js';
import { PAIR_NAMES, type Pair, type PairSettings, recipeOfPair, type Side } from '../../swap/recipe/pair.js';
import { meant } from '../../text/nearest.js';
import type { BlendJob } from './job.js';
import type { BlendSource, OpenRecipe } from './source.js';

/** What of a pair can be varied. */
const PARTS: readonly (keyof Pair)[] = [
  ...(['swap', 'ramp', 'amount', 'base', 'transfer', 'structure', 'method'] as const),
  ...(['mapping', 'noiseFrom', 'cut', 'level', 'width'] as const),
];

/** Whether two models are meant, rather than a recipe. */
export function isPair(source: BlendSource): source is Pair {
  return typeof source === 'object' && !('models' in source);
}

/**
 * A pair as a recipe that can be changed.
 * @param jobOf what a recipe in memory says is to be done, under the name of its output
 */
export function openPair(
  pair: Pair,
  jobOf: (document: RecipeDocument, out: string) => Promise<BlendJob>,
): OpenRecipe {
  requireModels(pair);
  return {
    name: `${modelLabel(pair.base)} and ${modelLabel(pair.transfer)}`,
    isPair: true,
    partOf(part) {
      if (PARTS.some((known) => known === part)) return part;
      throw new UsageError(
        'RECIPE_PART',
        `expected a setting of a pair (${PARTS.join(', ')}) or seed, found ${JSON.stringify(part.slice(0, 60))}`,
        { hint: meant(part, PARTS, 'values follow after =, for example swap=4,8,16') },
      );
    },
    async job(changes = []) {
      const changed = { ...pair, ...Object.fromEntries(changes.map(({ part, value }) => [part, value])) };
      return jobOf(recipeOfPair(changed, namesOf(changed)), nameOf(changed));
    },
  };
}

/** For callers without types, and options that were left out. @throws UsageError `OPTION_MISSING` */
function requireModels({ base, transfer }: Partial<Pair>): void {
  const hint = 'name the generator that is blended into, and the one that was fine-tuned from it';
  if (base === undefined) throw optionMissing('base', hint);
  if (transfer === undefined) throw optionMissing('transfer', hint);
}

/** Models are called as their files, where these names can be told apart. */
function namesOf({ base, transfer }: Pair): Record<Side, string> {
  const word = (model: string) =>
    modelLabel(model)
      .replace(/[^\w.-]+/g, '-')
      .replace(/^[^A-Za-z]+/, '')
      .slice(0, 64);
  const names = { base: word(base), transfer: word(transfer) };
  const areNames = Object.values(names).every(isModelName) && names.base !== names.transfer;
  return areNames ? names : PAIR_NAMES;
}

/** What to call the output, without extension: `toonhead-pixelart-swap8`. */
function nameOf(pair: Pair): string {
  return `${modelLabel(pair.base)}-${modelLabel(pair.transfer)}-${describeChoice(pair)}`;
}

/** e.g. `swap8`: what tells the outputs of one pair apart. */
function describeChoice({ swap, amount, method, cut, level = 0 }: PairSettings): string {
  if (cut !== undefined) {
    const half = cut === 'pinkney' || cut === 't27' ? `-${level}` : '';
    return `${cut}${swap ?? DVSCHULTZ_RESOLUTION}${half}`;
  }
  if (swap !== undefined) return `swap${swap}`;
  return amount === undefined ? String(method) : `amount${amount}`;
}
