import type { InspectedInput, InspectedRecipe } from '../../app/inspecting/record.js';
import type { RecordedOutput } from '../../swap/recipe/recorded.js';
import type { Alpha, Cut, Recipe } from '../../swap/recipe/schema.js';
import { named } from './named.js';

/** How a file was blended, and under each input that is a blend itself how that was. */
export function recipeLines(recipe: InspectedRecipe, depth = 0): string[] {
  const indent = '  '.repeat(depth);
  const line = (name: string, value: string) => indent + named(name, value);
  const inputs = Object.entries(recipe.models).flatMap(([name, input], i) => [
    line(
      i === 0 ? 'blended from' : '',
      `${name}: ${describeInput(input)}${describeShare(name, input, recipe.base)}`,
    ),
    ...(input.blended === undefined ? [] : recipeLines(input.blended, depth + 1)),
  ]);
  const alpha = recipe.alpha === undefined ? [] : [line('α', alphaText(recipe.alpha))];
  return [...inputs, line('recipe', describeRecipe(recipe)), ...alpha];
}

/** In which file's place a blend was written, if in any. */
export function outputLines(output: RecordedOutput | undefined): string[] {
  if (output?.form !== 'in-place') return [];
  const { path, sha256 } = output.container;
  return [named('in place of', `${path} (SHA-256 ${sha256}), ${output.networks.join(', ')}`)];
}

/** e.g. `swap 8, ramp 0.5 octaves`. */
function describeAlpha(alpha: Alpha): string {
  if (typeof alpha === 'number') return `${alpha} everywhere`;
  const amount = 'amount' in alpha && alpha.amount !== undefined ? ` times ${alpha.amount}` : '';
  const side = 'side' in alpha && alpha.side === 'high' ? ' upwards' : '';
  if ('swap' in alpha) {
    const ramp = alpha.ramp === undefined ? '' : `, ramp ${alpha.ramp} octaves`;
    return `swap ${alpha.swap}${ramp}${side}${amount}`;
  }
  if ('ramp' in alpha) {
    const { centre, width, shape = 'logistic' } = alpha.ramp;
    return `${shape} ramp at ${centre} px over ${width} octaves${side}${amount}`;
  }
  if ('table' in alpha) return `a table of ${Object.keys(alpha.table).join(', ')} px`;
  const ranges = alpha.window.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  return `window ${ranges.join(', ')} px${amount}`;
}

function describeInput({ model, sha256 }: InspectedInput): string {
  return sha256 === '' ? model : `${model} (SHA-256 ${sha256})`;
}

function describeShare(name: string, { alpha }: InspectedInput, base: string): string {
  if (name === base) return name === 'base' ? '' : ', the base';
  return alpha === undefined ? '' : `, ${describeAlpha(alpha)}`;
}

function describeRecipe(recipe: InspectedRecipe): string {
  const { mapping, w_avg: average, noise, method = 'linear', normalize, common, cut } = recipe;
  return [
    ...(cut === undefined ? [] : [describeCut(cut)]),
    `mapping ${mapping}`,
    ...(average === mapping ? [] : [`w_avg ${average}`]),
    `noise ${noise}`,
    ...(method === 'linear' ? [] : [`method ${describeMethod(method)}`]),
    ...(normalize === true ? ['normalized'] : []),
    ...(common === true ? ['common resolutions only'] : []),
  ].join(', ');
}

function describeCut({ tool, resolution, level, width, low }: Cut): string {
  const half = level === undefined ? '' : `, level ${level}`;
  const over = width === undefined ? '' : `, width ${width}`;
  return `cut of ${tool} at ${resolution} px${half}${over}, low ${low}`;
}

function describeMethod(method: NonNullable<Recipe['method']>): string {
  if (typeof method === 'string') return method;
  return Object.entries(method)
    .map(([r, name]) => `${name} at ${r}`)
    .join(', ');
}

function alphaText(alpha: Readonly<Record<string, number>>): string {
  return Object.entries(alpha)
    .map(([r, share]) => `${r} px ${Number(share.toFixed(4))}`)
    .join(', ');
}
