import { expect, test } from 'vitest';
import { networkList, number, wholeNumber } from '../../src/cli/options/parsers.js';
import { parseSeeds } from '../../src/render/seeds.js';

const ramp = (word: string) => number({ min: 0 })(word, '--ramp', undefined);
const threads = (word: string) => wholeNumber({ min: 1, max: 1024 })(word, '--threads', undefined);
const networks = (word: string) => networkList(word, '--networks', undefined);

test.each<[parse: (text: string) => unknown, text: string, message: RegExp]>([
  [ramp, '-1', /^--ramp: expected a number from 0, found "-1"$/],
  [ramp, 'abc', /found "abc"/],
  [ramp, 'Infinity', /--ramp/],
  [ramp, '', /found nothing/],
  [threads, '0', /^--threads: expected a whole number 1\.\.1024, found "0"$/],
  [threads, '1.5', /--threads/],
  [parseSeeds, '4294967296', /expected a whole number 0\.\.4294967295/],
  [parseSeeds, '3-1', /ends before it begins/],
  [networks, 'G,Q', /^--networks: expected G_ema or G or D, found "Q"$/],
  [networks, 'G,generator', /each network once/],
])('refuses %#: %s', (parse, text, message) => {
  expect(() => parse(text)).toThrow(expect.objectContaining({ message: expect.stringMatching(message) }));
});

test('networks have many names and one order', () => {
  expect(networks('d, Gs')).toEqual(['G_ema', 'D']);
});
