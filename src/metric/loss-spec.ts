import { UsageError } from '../errors.js';
import { LPIPS_NAMES, type LpipsName } from './lpips/names.js';

/** One way of comparing pictures, and how much it counts. */
export interface LossTerm {
  readonly name: LossName;
  /** Above 0. */
  readonly weight: number;
}

export type LossName = LpipsName | 'pyramid' | 'pixel';

/** Best first: what `auto` takes is the first of these that there is. */
export const LOSS_NAMES: readonly LossName[] = [...LPIPS_NAMES, 'pyramid', 'pixel'];

/** Characters of a word that a message repeats. */
const MAX_QUOTED = 40;

const WEIGHT = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads `auto`, `NAME` or `NAME=WEIGHT,NAME=WEIGHT,…`; a weight that is left out is 1.
 *
 * @throws UsageError `LOSS_MALFORMED`, `LOSS_UNKNOWN`
 */
export function parseLossSpec(spec: string): 'auto' | LossTerm[] {
  if (spec === 'auto') return spec;
  const terms = spec.split(',').map(parseTerm);
  const names = terms.map(({ name }) => name);
  const twice = names.find((name, k) => names.indexOf(name) < k);
  if (twice === undefined) return terms;
  throw new UsageError('LOSS_MALFORMED', `\`loss\`: expected each loss once, found ${twice} twice`);
}

/** The spec that gives these terms. */
export function lossSpecText(terms: readonly LossTerm[]): string {
  const [only] = terms;
  if (terms.length === 1 && only!.weight === 1) return only!.name;
  return terms.map(({ name, weight }) => `${name}=${weight}`).join(',');
}

function parseTerm(text: string): LossTerm {
  const [word, number = '1', ...more] = text.trim().split('=');
  const name = LOSS_NAMES.find((known) => known === word);
  if (name === undefined) {
    throw new UsageError('LOSS_UNKNOWN', `\`loss\`: expected a loss, found ${quoted(word!)}`, {
      hint: `losses are auto, ${LOSS_NAMES.join(', ')}, or several with weights: lpips-vgg=1,pyramid=0.1`,
    });
  }
  const weight = WEIGHT.test(number) ? Number(number) : Number.NaN;
  if (more.length === 0 && weight > 0 && Number.isFinite(weight)) return { name, weight };
  throw new UsageError(
    'LOSS_MALFORMED',
    `\`loss\`: expected a weight above 0 after ${name}=, found ${quoted(number)}`,
  );
}

function quoted(text: string): string {
  if (text === '') return 'nothing';
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
