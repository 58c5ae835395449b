import type { NetworkPlanRow } from '../../app/blending/plan.js';
import type { Prediction } from '../../app/blending/prediction.js';
import type { PlanRow } from '../../swap/plan.js';
import { modelsOf } from '../../swap/recipe/recipe.js';
import type { Recipe } from '../../swap/recipe/schema.js';
import { grouped, groupName, table } from '../terminal/table.js';

/** The plan as a table for each network. */
export function planLines(
  plan: readonly NetworkPlanRow[],
  recipe: Pick<Recipe, 'base' | 'models'>,
): string[] {
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

export function predictionLine({ readBytes, writtenBytes, memoryBytes, seconds }: Prediction): string {
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  return (
    `reads ${megabytes(readBytes)}, writes ${megabytes(writtenBytes)}; ` +
    `about ${megabytes(memoryBytes)} of memory and ${seconds.toFixed(1)} s`
  );
}
