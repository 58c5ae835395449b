import { number } from './options.js';

/** A parser of a number that stays, or of one that goes `from..to`. */
export function sliding(
  option: string,
  range: { min?: number; max?: number },
): (text: string) => number | [number, number] {
  const parse = number(option, range);
  return (text) => {
    const ends = text.split('..');
    return ends.length === 2 ? [parse(ends[0]!), parse(ends[1]!)] : parse(text);
  };
}
