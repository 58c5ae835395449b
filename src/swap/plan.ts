import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import type { Checkpoint, TensorInfo } from '../checkpoint/checkpoint.js';
import { BYTES_PER_ELEMENT } from '../formats/dtype.js';
import { elementCount } from '../numbers/shape.js';
import { type Models, mixturesOf, pairOf, requireModels } from './blend.js';
import type { Mixture } from './mixture.js';
import { groupOf, type TensorGroup } from './recipe/groups.js';
import { type PairSettings, pairRecipe } from './recipe/pair.js';
import { modelsOf } from './recipe/recipe.js';
import type { Recipe } from './recipe/schema.js';
import { slotOf } from './recipe/slot.js';

/** One line of the table that a dry run prints: tensors of a group that are made alike. */
export interface PlanRow {
  /** A resolution in pixels, or the name of a group that belongs to no resolution. */
  readonly group: TensorGroup;
  /** Which tensors of the group, where not all of them are made alike: `level 0`, `level 1 affine`, `w_avg`. */
  readonly parts?: readonly string[];
  /** Share of each model; where one has 1 and the others 0 the tensors are copies. */
  readonly weights: Readonly<Record<string, number>>;
  /** Share of all models but the base; of two models that of the transfer model. */
  readonly alpha: number;
  /** How many tensors. */
  readonly tensors: number;
  /** How many numbers they hold. */
  readonly parameters: number;
  /** What they take as 32-bit floats. */
  readonly bytes: number;
  /** What is read of the inputs to make them, as these store it. */
  readonly readBytes: number;
}

const BYTES_PER_PARAMETER = 4;

/** {@link planModels} for the paper's blend of two. */
export function blendPlan(base: Checkpoint, transfer: Checkpoint, pair: PairSettings): PlanRow[] {
  return planModels(pairOf(base, transfer), pairRecipe(pair));
}

/**
 * What `blendModels` would do, group by group: `mapping`, each resolution upwards, `noise`, `filters`. Checks
 * everything that can be checked without reading a weight, and throws the same errors.
 */
export function planModels(models: Models, recipe: Recipe): PlanRow[] {
  const inputs = requireModels(models, recipe);
  const mixtures = mixturesOf(models, recipe);
  const { tensors, architecture } = models.get(recipe.base)!;
  const order: TensorGroup[] = ['mapping', ...resolutionsOf(architecture), 'noise', 'filters'];
  const groups = new Map<TensorGroup, TensorInfo[]>();
  for (const info of tensors.values()) {
    const group = groupOf(info.name);
    groups.set(group, [...(groups.get(group) ?? []), info]);
  }
  return order.flatMap((group) => {
    const infos = groups.get(group) ?? [];
    const alike = new Map<string, TensorInfo[]>();
    for (const info of infos) {
      const weights = mixtures.get(info.name)!.weights.join();
      alike.set(weights, [...(alike.get(weights) ?? []), info]);
    }
    return [...alike.values()].map((part) => ({
      group,
      ...(alike.size === 1 ? {} : { parts: partsOf(part, infos) }),
      ...rowOf(part, mixtures, recipe, inputs),
    }));
  });
}

function rowOf(
  infos: readonly TensorInfo[],
  mixtures: ReadonlyMap<string, Mixture>,
  recipe: Recipe,
  inputs: readonly Checkpoint[],
): Omit<PlanRow, 'group' | 'parts'> {
  const { weights } = mixtures.get(infos[0]!.name)!;
  const parameters = infos.reduce((sum, info) => sum + elementCount(info.shape), 0);
  const readers = inputs.filter((_, i) => weights[i] !== 0);
  return {
    weights: Object.fromEntries(modelsOf(recipe).map((model, i) => [model, weights[i]!])),
    alpha: weights.slice(1).reduce((sum, weight) => sum + weight, 0),
    tensors: infos.length,
    parameters,
    bytes: parameters * BYTES_PER_PARAMETER,
    readBytes: readers.reduce((sum, input) => sum + storedBytes(input, infos), 0),
  };
}

function storedBytes(input: Checkpoint, infos: readonly TensorInfo[]): number {
  return infos.reduce((sum, { name }) => {
    const stored = input.tensors.get(name);
    return stored === undefined ? sum : sum + elementCount(stored.shape) * BYTES_PER_ELEMENT[stored.dtype];
  }, 0);
}

/** What to call some tensors of a group: by half, and by kind where they are not all of a half. */
function partsOf(part: readonly TensorInfo[], group: readonly TensorInfo[]): string[] {
  const kinds = (infos: readonly TensorInfo[]) => new Set(infos.map(({ name }) => kindOf(name)));
  const [mine, all] = [kinds(part), kinds(group)];
  return [...mine].flatMap((kind) => {
    const level = /^level \d/.exec(kind)?.[0];
    if (level === undefined) return [kind];
    const siblings = [...all].filter((other) => other.startsWith(level));
    const isWhole = siblings.every((sibling) => mine.has(sibling));
    return isWhole ? (siblings[0] === kind ? [level] : []) : [kind];
  });
}

function kindOf(name: string): string {
  const slot = slotOf(name);
  if (slot !== undefined) return `level ${slot.level} ${slot.part}`;
  return name.endsWith('_avg') ? 'w_avg' : 'network';
}
