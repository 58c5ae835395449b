import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { NetworkName } from '../../checkpoint/readers/network-names.js';
import { BYTES_PER_ELEMENT, type WrittenDType } from '../../formats/dtype.js';
import { elementCount } from '../../numbers/shape.js';
import { type PlanRow, planModels } from '../../swap/plan.js';
import { groupOf } from '../../swap/recipe/groups.js';
import type { Recipe } from '../../swap/recipe/schema.js';
import type { OpenModels } from './open-models.js';
import type { OutputForm } from './output-form.js';

/** A line of the plan: what becomes of a part of a network. */
export type NetworkPlanRow = PlanRow & {
  /** Of which network. */
  readonly network: NetworkName;
};

/**
 * What a blend comes to, network by network; nothing of the weights is read.
 * @throws as `planModels`
 */
export async function planNetworks(
  { networks }: Pick<OpenModels, 'networks'>,
  recipe: Recipe,
  form: OutputForm,
  dtype: WrittenDType,
): Promise<NetworkPlanRow[]> {
  const rows: NetworkPlanRow[] = [];
  for (const [network, models] of networks) {
    const stored = form.kind === 'in-place' ? await form.container.checkpoint(network) : undefined;
    for (const row of planModels(models, recipe)) {
      const share = stored === undefined ? BYTES_PER_ELEMENT[dtype] : bytesEach(stored, row);
      rows.push({ network, ...row, bytes: Math.round(row.parameters * share) });
    }
  }
  return rows;
}

/** Bytes of a number as the container stores those of a group. */
function bytesEach(checkpoint: Checkpoint, { group }: PlanRow): number {
  let [bytes, count] = [0, 0];
  for (const { name, shape, dtype } of checkpoint.tensors.values()) {
    if (groupOf(name) !== group) continue;
    count += elementCount(shape);
    bytes += elementCount(shape) * BYTES_PER_ELEMENT[dtype];
  }
  return count === 0 ? 0 : bytes / count;
}
