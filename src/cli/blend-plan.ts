import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { elementCount } from '../checkpoint/checkpoint.js';
import { BYTES_PER_ELEMENT, type WrittenDType } from '../checkpoint/dtype.js';
import { modelLabel } from '../checkpoint/names.js';
import type { NetworkName } from '../checkpoint/network-names.js';
import { groupOf } from '../swap/groups.js';
import { blendPlan, type PlanRow } from '../swap/plan.js';
import type { BlendRecipe } from '../swap/recipe.js';
import type { NetworkPair } from './blend-models.js';
import type { OutputForm } from './output-form.js';
import { grouped, groupName, table } from './table.js';

/** A line of the plan: what becomes of a part of a network. */
export type NetworkPlanRow = PlanRow & { readonly network: NetworkName };

/**
 * What a blend comes to, network by network; nothing of the weights is read.
 * @throws as `blendPlan`
 */
export async function planNetworks(
  pairs: readonly NetworkPair[],
  recipe: BlendRecipe,
  form: OutputForm,
  dtype: WrittenDType,
): Promise<NetworkPlanRow[]> {
  const rows: NetworkPlanRow[] = [];
  for (const { name, base, transfer } of pairs) {
    const stored = form.kind === 'in-place' ? await form.container.checkpoint(name) : undefined;
    for (const row of blendPlan(base, transfer, recipe)) {
      const bytes = stored === undefined ? row.parameters * BYTES_PER_ELEMENT[dtype] : bytesIn(stored, row);
      rows.push({ network: name, ...row, bytes });
    }
  }
  return rows;
}

function bytesIn(checkpoint: Checkpoint, { group }: PlanRow): number {
  let bytes = 0;
  for (const { name, shape, dtype } of checkpoint.tensors.values()) {
    if (groupOf(name) === group) bytes += elementCount(shape) * BYTES_PER_ELEMENT[dtype];
  }
  return bytes;
}

/** The plan as a table for each network. */
export function planLines(plan: readonly NetworkPlanRow[]): string[] {
  const networks = [...new Set(plan.map(({ network }) => network))];
  return networks.flatMap((network) => {
    const rows = plan.filter((row) => row.network === network);
    return [...(networks.length > 1 ? [`network ${network}`] : []), ...tableOf(rows)];
  });
}

function tableOf(rows: readonly PlanRow[]): string[] {
  const sum = (key: 'tensors' | 'parameters' | 'bytes') =>
    grouped(rows.reduce((total, row) => total + row[key], 0));
  return table([
    ['resolution', 'α', 'tensors', 'parameters', 'bytes'],
    ...rows.map((row) => [
      groupName(row.group),
      String(Number(row.alpha.toFixed(4))),
      grouped(row.tensors),
      grouped(row.parameters),
      grouped(row.bytes),
    ]),
    ['in all', '', sum('tensors'), sum('parameters'), sum('bytes')],
  ]);
}

/** e.g. `4..8 px from pixelart, 16..64 px from toonhead`. */
export function describePlan(plan: readonly NetworkPlanRow[], base: string, transfer: string): string {
  const runs: { from: number; to: number; alpha: number }[] = [];
  for (const { group, alpha, network } of plan) {
    // All networks follow one rule.
    if (typeof group !== 'number' || network !== plan[0]!.network) continue;
    const last = runs.at(-1);
    if (last?.alpha === alpha) last.to = group;
    else runs.push({ from: group, to: group, alpha });
  }
  return runs
    .map(({ from, to, alpha }) => {
      const range = from === to ? `${from} px` : `${from}..${to} px`;
      if (alpha === 0 || alpha === 1) return `${range} from ${modelLabel(alpha === 0 ? base : transfer)}`;
      return `${range} ${(100 * alpha).toFixed(1)} % ${modelLabel(transfer)}`;
    })
    .join(', ');
}
