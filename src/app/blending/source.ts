import type { RecipeInput } from '../../swap/recipe/file/schema.js';
import type { PartValue } from '../../swap/recipe/file/vary.js';
import type { Pair } from '../../swap/recipe/pair.js';
import type { BlendJob } from './job.js';

/** What can be blended: two models, a recipe in memory, or the path of a recipe file. */
export type BlendSource = Pair | RecipeInput | string;

/** A part of a recipe with another value. */
export interface Change {
  /** Its whole name, as {@link OpenRecipe.partOf} returns it. */
  readonly part: string;
  readonly value: PartValue;
}

/** A recipe that can be changed before it is carried out. */
export interface OpenRecipe {
  /** What messages call it. */
  readonly name: string;
  /** Whether it is a pair, whose parts are its settings. */
  readonly isPair: boolean;
  /** The whole name of a part: of a pair `swap`, of a recipe `pixelart.swap`. @throws UsageError `RECIPE_PART` */
  partOf(part: string): string;
  /**
   * What is to be done, with some parts changed; messages name the lines of a file for the unchanged recipe only.
   * @throws as `blendJob`
   */
  job(changes?: readonly Change[]): Promise<BlendJob>;
}
