import { alphaCurves } from '../../explore/alpha-curves.js';
import { parseOutput, parseRecipe } from '../../swap/recipe/parse-recorded.js';
import { othersOf } from '../../swap/recipe/recipe.js';
import type { RecordedModel, RecordedOutput, RecordedRecipe } from '../../swap/recipe/recorded.js';

/** How a file was blended: the recipe that it carries, and what it comes to. */
export interface InspectedRecipe extends Omit<RecordedRecipe, 'models'> {
  /** The inputs, by the names that the recipe has for them. */
  readonly models: Readonly<Record<string, InspectedInput>>;
  /** Where one model is blended into the base by a swap: its share by resolution. */
  readonly alpha?: Readonly<Record<string, number>>;
}

/** An input of a blend. */
export interface InspectedInput extends Omit<RecordedModel, 'blended'> {
  /** How this input was blended itself. */
  readonly blended?: InspectedRecipe;
}

/** What a file says of how it was made. */
export interface InspectedRecord {
  readonly recipe?: InspectedRecipe;
  readonly output?: RecordedOutput;
}

/**
 * What the metadata of a file record, as far as it is understood.
 * @param resolutions those of the blend; empty where it is no network that is known
 */
export function recordOf(
  metadata: Readonly<Record<string, string>>,
  resolutions: readonly number[],
): InspectedRecord {
  const recipe = parseRecipe(metadata);
  if (recipe === undefined) return {};
  return { recipe: withShares(recipe, resolutions), output: parseOutput(metadata) };
}

function withShares(recipe: RecordedRecipe, resolutions: readonly number[]): InspectedRecipe {
  const inputs = Object.entries(recipe.models).map(([name, { blended, ...input }]) => {
    return [name, { ...input, blended: blended && withShares(blended, resolutions) }] as const;
  });
  return { ...recipe, models: Object.fromEntries(inputs), alpha: sharesOf(recipe, resolutions) };
}

/** Of models of different size the shares depend on what each has. */
function sharesOf(
  recipe: RecordedRecipe,
  resolutions: readonly number[],
): Record<string, number> | undefined {
  const [other, ...more] = othersOf(recipe);
  if (other === undefined || more.length > 0 || resolutions.length === 0) return undefined;
  const { alpha } = recipe.models[other]!;
  if (typeof alpha !== 'object' || !('swap' in alpha) || recipe.common === true) return undefined;
  const { places, series } = alphaCurves(recipe, resolutions);
  const { values } = series.find(({ name }) => name === other)!;
  return Object.fromEntries(places.map((place, k) => [place, values[k]!]));
}
