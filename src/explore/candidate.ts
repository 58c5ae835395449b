import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { blendModels, type Models, mixturesOf, soleModel } from '../swap/blend.js';
import { modelsOf } from '../swap/recipe/recipe.js';
import type { Recipe } from '../swap/recipe/schema.js';

/** A generator among several that are compared: a model as it is, or a blend of open models. */
export interface Candidate {
  /** Its tensors are computed when they are read. */
  readonly checkpoint: Checkpoint;
  /**
   * What a tensor is made of, in words that are equal for equal tensors of other candidates: of these only one has to
   * be loaded, compiled and run.
   */
  contentOf(name: string): string;
}

const numbers = new WeakMap<Checkpoint, number>();
let count = 0;

/** An open model has one number for as long as the program runs. */
function numberOf(checkpoint: Checkpoint): number {
  const known = numbers.get(checkpoint) ?? count++;
  numbers.set(checkpoint, known);
  return known;
}

/** A model as it is. */
export function modelCandidate(checkpoint: Checkpoint): Candidate {
  const content = `model ${numberOf(checkpoint)}`;
  return { checkpoint, contentOf: () => content };
}

/**
 * A blend of open models. Closing its checkpoint would close them.
 * @throws as `blendModels`
 */
export function blendCandidate(models: Models, recipe: Recipe): Candidate {
  const checkpoint = blendModels(models, recipe);
  const mixtures = mixturesOf(models, recipe);
  const inputs = modelsOf(recipe).map((name) => numberOf(models.get(name)!));
  return {
    checkpoint,
    contentOf(name) {
      const { weights, method } = mixtures.get(name)!;
      const sole = soleModel(weights);
      if (sole >= 0) return `model ${inputs[sole]}`;
      return `${method.name} ${weights.map((weight, i) => `${weight} of ${inputs[i]}`).join(', ')}`;
    },
  };
}
