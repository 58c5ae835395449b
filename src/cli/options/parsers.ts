import { NETWORK_NAMES, type NetworkName, networkName } from '../../checkpoint/readers/network-names.js';
import { UsageError } from '../../errors.js';
import type { Parser } from './option.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Characters of an argument that a message repeats. */
const MAX_QUOTED = 40;

interface Limits {
  readonly min?: number;
  readonly max?: number;
}

/** Any finite number within a range. */
export function number(range: Limits = {}): Parser<number> {
  return (word, option) => {
    const value = NUMBER.test(word) ? Number(word) : Number.NaN;
    if (Number.isFinite(value) && inRange(value, range)) return value;
    throw malformed(option, `a number${rangeText(range)}`, word);
  };
}

/** Whole numbers within a range. */
export function wholeNumber(range: Limits = {}): Parser<number> {
  return (word, option) => {
    const value = /^[+-]?\d+$/.test(word) ? Number(word) : Number.NaN;
    if (Number.isSafeInteger(value) && inRange(value, range)) return value;
    throw malformed(option, `a whole number${rangeText(range)}`, word);
  };
}

/** Names and paths. Another option in their place means that the value was forgotten. */
export const text: Parser<string> = (word, option) => {
  if (word !== '' && !word.startsWith('--')) return word;
  throw malformed(option, 'a value', word);
};

/** One word out of a few. */
export function oneOf(choices: readonly string[]): Parser<string> {
  return (word, option) => {
    if (choices.includes(word)) return word;
    throw malformed(option, choices.join(', '), word);
  };
}

/** A number that stays, or one that goes `from..to`. */
export function sliding(range: Limits = {}): Parser<number | readonly [number, number]> {
  const parse = number(range);
  return (word, option) => {
    const ends = word.split('..');
    return ends.length === 2 ? [parse(ends[0]!, option), parse(ends[1]!, option)] : parse(word, option);
  };
}

/** `NAME=FILE`, which may be given several times. */
export const namedFile: Parser<ReadonlyMap<string, string>> = (word, option, before = new Map()) => {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(word) ?? [];
  if (name !== undefined && file !== undefined && !before.has(name))
    return new Map([...before, [name, file]]);
  throw malformed(option, 'NAME=FILE, each name once', word);
};

/** One of the networks of a training snapshot, by any of its names. */
export function oneNetwork(names: readonly NetworkName[]): Parser<NetworkName> {
  return (word, option) => {
    const name = networkName(word);
    if (name !== undefined && names.includes(name)) return name;
    throw malformed(option, names.join(' or '), word);
  };
}

/** `G_ema,G,D`: networks by any of their names, each once. */
export const networkList: Parser<NetworkName[]> = (list, option) => {
  const found = list.split(',').map((word) => oneNetwork(NETWORK_NAMES)(word.trim(), option));
  if (new Set(found).size === found.length) return NETWORK_NAMES.filter((name) => found.includes(name));
  throw malformed(option, 'each network once', list);
};

/** The parts of a list with commas. */
export function listOf(values: string): string[] {
  return values
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** The error of an option's value. */
export function malformed(option: string, expected: string, found: string): UsageError {
  const quoted = found.length > MAX_QUOTED ? `${found.slice(0, MAX_QUOTED)}…` : found;
  return new UsageError(
    'OPTION_MALFORMED',
    `${option}: expected ${expected}, found ${found === '' ? 'nothing' : JSON.stringify(quoted)}`,
  );
}

function inRange(value: number, { min, max }: Limits): boolean {
  return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
}

function rangeText({ min, max }: Limits): string {
  if (min === undefined) return '';
  return max === undefined ? ` from ${min}` : ` ${min}..${max}`;
}
