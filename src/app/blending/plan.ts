import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { NetworkName } from '../../checkpoint/readers/network-names.js';
import { grouped, groupName, table } from '../../cli/terminal/table.js';
import { BYTES_PER_ELEMENT, type WrittenDType } from '../../formats/dtype.js';
import { elementCount } from '../../numbers/shape.js';
import { type PlanRow, planModels } from '../../swap/plan.js';
import { groupOf } from '../../swap/recipe/groups.js';
import { modelsOf, type Recipe } from '../../swap/recipe/recipe-model.js';
import type { OpenModels } from './blend-models.js';
import type { OutputForm } from './output-form.js';

/** A line of the plan: what becomes of a part of a network. */
export type NetworkPlanRow = PlanRow & { readonly network: NetworkName };

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

/** The plan as a table for each network. */
export function planLines(plan: readonly NetworkPlanRow[], recipe: Recipe): string[] {
  const networks = [...new Set(plan.map(({ network }) => network))];
  return networks.flatMap((network) => {
    const rows = plan.filter((row) => row.network === network);
    return [...(networks.length > 1 ? [`network ${network}`] : []), ...tableOf(rows, modelsOf(recipe))];
  });
}

function tableOf(rows: readonly PlanRow[], models: readonly string[]): string[] {
  const sum = (key: 'tensors' | 'parameters' | 'bytes') =>
    grouped(rows.reduce((total, row) => total + row[key], 0));
  return table([
    ['resolution', ...models, 'tensors', 'parameters', 'bytes'],
    ...rows.map((row) => [
      nameOf(row),
      ...models.map((model) => String(Number(row.weights[model]!.toFixed(4)))),
      grouped(row.tensors),
      grouped(row.parameters),
      grouped(row.bytes),
    ]),
    ['in all', ...models.map(() => ''), sum('tensors'), sum('parameters'), sum('bytes')],
  ]);
}

function nameOf({ group, parts }: PlanRow): string {
  return parts === undefined ? groupName(group) : `${groupName(group)} ${parts.join(', ')}`;
}

/** e.g. `4..8 px from pixelart, 16..64 px from toonhead`; several shares within a resolution are left out. */
export function describePlan(plan: readonly NetworkPlanRow[], { base }: Pick<Recipe, 'base'>): string {
  const runs: { from: number; to: number; text: string }[] = [];
  for (const { group, parts, weights, network } of plan) {
    // All networks follow one rule.
    if (typeof group !== 'number' || network !== plan[0]!.network) continue;
    const text = parts === undefined ? describeWeights(weights, base) : ' in parts';
    const last = runs.at(-1);
    if (last?.text === text) last.to = group;
    else runs.push({ from: group, to: group, text });
  }
  return runs
    .map(({ from, to, text }) => `${from === to ? `${from} px` : `${from}..${to} px`}${text}`)
    .join(', ');
}

function describeWeights(weights: PlanRow['weights'], base: string): string {
  const used = Object.entries(weights).filter(([, weight]) => weight !== 0);
  if (used.length === 1 && used[0]![1] === 1) return ` from ${used[0]![0]}`;
  const others = used.filter(([model]) => model !== base);
  return ` ${others.map(([model, weight]) => `${(100 * weight).toFixed(1)} % ${model}`).join(' and ')}`;
}
