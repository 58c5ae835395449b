import { UsageError } from '../errors.js';
import { requireSeed } from '../generator/random-state.js';

/** More pictures than anybody renders in one go; a slip such as 0-4294967295 must not fill the memory. */
const MAX_SEEDS = 100_000;

/** Characters of an option that a message repeats. */
const MAX_QUOTED = 40;

/**
 * The seeds that a list such as `0-3,85` names: numbers and inclusive ranges, separated by commas, in that order.
 * A seed that is named twice is kept once, where it was named first.
 * @throws UsageError `SEEDS_MALFORMED`, `SEED_OUT_OF_RANGE`, or `SEEDS_TOO_MANY` beyond 100000.
 */
export function parseSeeds(text: string): number[] {
  const seeds = new Set<number>();
  let named = 0;
  for (const item of text.split(',')) {
    const [first, last] = parseRange(item.trim());
    named += last - first + 1;
    if (named > MAX_SEEDS) throw tooMany(text);
    for (let seed = first; seed <= last; seed++) seeds.add(seed);
  }
  return [...seeds];
}

function parseRange(item: string): [first: number, last: number] {
  const match = /^(-?\d+)(?:\s*-\s*(-?\d+))?$/.exec(item);
  if (match === null) throw malformed(item === '' ? 'nothing between the commas' : quote(item));
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  requireSeed(first);
  requireSeed(last);
  if (last < first) throw malformed(`${quote(item)}, which ends before it begins`);
  return [first, last];
}

function malformed(found: string): UsageError {
  return new UsageError('SEEDS_MALFORMED', `seeds: expected numbers and ranges, found ${found}`, {
    hint: 'write seeds as 0-3,85',
  });
}

function tooMany(text: string): UsageError {
  return new UsageError('SEEDS_TOO_MANY', `seeds: expected at most ${MAX_SEEDS} seeds, found ${quote(text)}`);
}

function quote(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}
