import { UsageError } from '../../errors.js';

/** Something in a recipe that cannot be carried out. Whoever read the recipe from a file knows the line of `at`. */
export class RecipeError extends UsageError {
  /** Keys from the top of a recipe file downwards, e.g. `['models', 'toon', 'alpha', 'swap']`. */
  readonly at: readonly (string | number)[];

  constructor(code: string, at: readonly (string | number)[], message: string, hint?: string) {
    super(code, message, { hint });
    this.at = at;
  }
}

/** The error of a base that is treated like one of the other models. */
export function twoBases(name: string): RecipeError {
  return new RecipeError(
    'TWO_BASES',
    ['models', name, 'alpha'],
    `alpha of ${name}: expected none, because it is the base, which gets what the others leave`,
    'give α to the other models; one model is the base',
  );
}
