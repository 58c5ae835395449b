import { resolutionsOf } from '../checkpoint/architecture.js';
import { type Checkpoint, elementCount } from '../checkpoint/checkpoint.js';
import { requireSameShape } from './compare.js';
import { alphaOf, groupOf, type TensorGroup } from './groups.js';
import { type BlendRecipe, checkRecipe } from './recipe.js';

/** One line of the table that a dry run prints. */
export interface PlanRow {
  /** A resolution in pixels, or the name of a group that belongs to no resolution. */
  readonly group: TensorGroup;
  /** Share of the transfer model, 0..1; 0 is a copy of the base, 1 of the transfer model. */
  readonly alpha: number;
  /** How many tensors. */
  readonly tensors: number;
  /** How many numbers they hold. */
  readonly parameters: number;
  /** What they take as 32-bit floats. */
  readonly bytes: number;
}

const BYTES_PER_PARAMETER = 4;

/**
 * What {@link blendCheckpoints} would do, group by group: `mapping`, each resolution upwards, `noise`, `filters`.
 * Checks everything that can be checked without reading a weight, and throws the same errors.
 */
export function blendPlan(base: Checkpoint, transfer: Checkpoint, recipe: BlendRecipe): PlanRow[] {
  requireSameShape(base, transfer);
  checkRecipe(recipe, base.architecture);
  const order: TensorGroup[] = ['mapping', ...resolutionsOf(base.architecture), 'noise', 'filters'];
  const rows = order.map((group) => planRow(group, base, recipe));
  return rows.filter((row) => row.tensors > 0);
}

function planRow(group: TensorGroup, checkpoint: Checkpoint, recipe: BlendRecipe): PlanRow {
  const infos = [...checkpoint.tensors.values()].filter((info) => groupOf(info.name) === group);
  const parameters = infos.reduce((sum, info) => sum + elementCount(info.shape), 0);
  return {
    group,
    alpha: alphaOf(group, recipe),
    tensors: infos.length,
    parameters,
    bytes: parameters * BYTES_PER_PARAMETER,
  };
}
