import type { NetworkName } from '../../checkpoint/readers/network-names.js';
import type { WrittenDType } from '../../formats/dtype.js';
import type { Recipe } from '../../swap/recipe/schema.js';

/** How a blend is written; counts more than what a recipe says of that. */
export interface OutputChoice {
  /** The file whose form the output takes, by name or path; that of the base unless given. */
  readonly container?: string;
  /** The networks to blend, `G_ema` or what the models hold unless given; several only in place of a container. */
  readonly networks?: readonly NetworkName[];
  /** Accept settings of the container that differ, and what rosinality's form cannot hold. */
  readonly lossy?: boolean;
  /** How numbers are stored, f32 unless given; a container has types of its own. */
  readonly dtype?: WrittenDType;
}

/** What has to be blended, whether options, a recipe file or a program say it. */
export interface BlendJob extends OutputChoice {
  /** Its models are named by names or paths as from the current folder. */
  readonly recipe: Recipe;
  /** Of the models that are recipes themselves. */
  readonly nested: ReadonlyMap<string, BlendJob>;
  readonly out: string;
  /** Where the recipe says so. */
  readonly outAt?: readonly string[];
  readonly preview?: string;
  readonly seeds?: readonly number[];
  readonly class?: number;
  /** Says of what goes wrong with a part of the recipe where it stands. */
  explain<T>(at: readonly (string | number)[], action: () => T | Promise<T>): Promise<T>;
}
