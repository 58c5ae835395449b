import type { Alpha } from '../swap/recipe/alpha.js';
import {
  type RecordedInput,
  type RecordedOutput,
  type RecordedRecipe,
  readRecorded,
} from '../swap/recipe/recipe-metadata.js';
import type { MergeMethod, Recipe } from '../swap/recipe/recipe-model.js';
import { named } from './inspect-lines.js';

/** How a file was blended, and under each input that is a blend itself how that was. */
export function recipeLines(recorded: RecordedRecipe, depth = 0): string[] {
  const { recipe, models } = readRecorded(recorded);
  const indent = '  '.repeat(depth);
  const line = (name: string, value: string) => indent + named(name, value);
  const inputs = Object.entries(models).flatMap(([name, input], i) => {
    const share = describeShare(name, recipe);
    return [
      line(i === 0 ? 'blended from' : '', `${name}: ${describeInput(input)}${share}`),
      ...(input.recipe === undefined ? [] : recipeLines(input.recipe, depth + 1)),
    ];
  });
  const alpha = 'alpha' in recorded ? [line('α', alphaText(recorded.alpha))] : [];
  return [...inputs, line('recipe', describeRecipe(recipe)), ...alpha];
}

/** In which file's place a blend was written, if in any. */
export function outputLines(output: RecordedOutput | undefined): string[] {
  if (output?.form !== 'in-place') return [];
  const { path, sha256 } = output.container;
  return [named('in place of', `${path} (SHA-256 ${sha256}), ${output.networks.join(', ')}`)];
}

/** e.g. `swap 8, ramp 0.5 octaves`. */
export function describeAlpha(alpha: Alpha): string {
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

function describeInput({ path, sha256 }: RecordedInput): string {
  return sha256 === '' ? path : `${path} (SHA-256 ${sha256})`;
}

function describeShare(name: string, { base, alpha }: Recipe): string {
  if (name === base) return name === 'base' ? '' : ', the base';
  return alpha[name] === undefined ? '' : `, ${describeAlpha(alpha[name])}`;
}

function describeRecipe({ mapping, wAvg, noise, method = 'linear', normalize, common, cut }: Recipe): string {
  return [
    ...(cut === undefined ? [] : [describeCut(cut)]),
    `mapping ${mapping}`,
    ...(wAvg === mapping ? [] : [`w_avg ${wAvg}`]),
    `noise ${noise}`,
    ...(method === 'linear' ? [] : [`method ${describeMethod(method)}`]),
    ...(normalize === true ? ['normalized'] : []),
    ...(common === true ? ['common resolutions only'] : []),
  ].join(', ');
}

function describeCut({ tool, resolution, level, width, low }: NonNullable<Recipe['cut']>): string {
  const half = level === undefined ? '' : `, level ${level}`;
  return `cut of ${tool} at ${resolution} px${half}${width === undefined ? '' : `, width ${width}`}, low ${low}`;
}

function describeMethod(method: MergeMethod | Readonly<Record<string, MergeMethod>>): string {
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
