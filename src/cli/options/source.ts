import type { BlendSource } from '../../app/blending/source.js';
import { optionsExclusive, UsageError } from '../../errors.js';
import type { Pair, PairSettings } from '../../swap/recipe/pair.js';
import { pairOptions } from './alpha.js';
import { base, recipe, transfer } from './models.js';
import { isRecipePath } from './unknown-command.js';

/** The options that say what is blended with what, and how much: of two models, or a recipe in their place. */
export const sourceOptions = [base, transfer, recipe, ...pairOptions] as const;

/** The options that a recipe says itself. */
interface Described extends PairSettings {
  readonly base?: string;
  readonly transfer?: string;
  readonly recipe?: string;
}

const PAIR_KEYS = [
  ...(['base', 'transfer', 'swap', 'ramp', 'structure', 'amount', 'method', 'common'] as const),
  ...(['cut', 'level', 'width', 'mapping', 'noiseFrom'] as const),
];

/**
 * What the words of a call say is to be blended.
 * @param word a recipe, where one stands behind the command
 * @throws UsageError `OPTIONS_EXCLUSIVE`, `RECIPE_NAME`
 */
export function sourceOf(word: string | undefined, options: Described): BlendSource {
  if (word !== undefined && options.recipe !== undefined) {
    throw new UsageError('OPTIONS_EXCLUSIVE', `expected one recipe, found ${word} and ${options.recipe}`);
  }
  const path = word ?? options.recipe;
  // Models that were not named are asked for by the application, in its words.
  if (path === undefined) return pairOf(options) as Pair;
  if (options.recipe === undefined && !isRecipePath(path)) {
    throw new UsageError('RECIPE_NAME', `expected a recipe, a .yaml or .json file, found ${path}`);
  }
  const other = PAIR_KEYS.find((key) => options[key] !== undefined);
  if (other === undefined) return path;
  throw optionsExclusive(
    other,
    'recipe',
    `say it in ${path}; blend --print-recipe writes recipes from options`,
  );
}

/** What options say of a pair; what was not said is not there. */
export function pairOf(options: Described): Partial<Pair> {
  const given = PAIR_KEYS.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]);
  return Object.fromEntries(given);
}
