import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { parseSeeds } from '../../src/render/seeds.js';

describe('parseSeeds', () => {
  test.each([
    ['0', [0]],
    ['0-3,85', [0, 1, 2, 3, 85]],
    [' 7 , 3 - 5 ', [7, 3, 4, 5]],
    ['5,1-3,2-5,5', [5, 1, 2, 3, 4]],
    ['4294967295', [4294967295]],
    ['4294967294-4294967295', [4294967294, 4294967295]],
    ['007', [7]],
  ])('reads %j', (text, seeds) => {
    expect(parseSeeds(text)).toEqual(seeds);
  });

  test.each([
    ['', 'SEEDS_MALFORMED'],
    [',', 'SEEDS_MALFORMED'],
    ['1,', 'SEEDS_MALFORMED'],
    ['a', 'SEEDS_MALFORMED'],
    ['1.5', 'SEEDS_MALFORMED'],
    ['1e3', 'SEEDS_MALFORMED'],
    ['0x10', 'SEEDS_MALFORMED'],
    ['3-1', 'SEEDS_MALFORMED'],
    ['1-2-3', 'SEEDS_MALFORMED'],
    ['1 2', 'SEEDS_MALFORMED'],
    ['-1', 'SEED_OUT_OF_RANGE'],
    ['4294967296', 'SEED_OUT_OF_RANGE'],
    ['0-99999999999', 'SEED_OUT_OF_RANGE'],
    ['9'.repeat(1000), 'SEED_OUT_OF_RANGE'],
    ['0-4294967295', 'SEEDS_TOO_MANY'],
    ['0-60000,100000-160000', 'SEEDS_TOO_MANY'],
    [Array(5000).fill('0-99999').join(',').concat(',1000000'), 'SEEDS_TOO_MANY'],
  ])('refuses %.30s', (text, code) => {
    expect(() => parseSeeds(text)).toThrow(expect.objectContaining({ code }));
  });

  test('gives distinct seeds in range or a one-line error, whatever it is given', () => {
    const text = fc.stringMatching(/^[-0-9, a]{0,30}$/);
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (text) => {
        try {
          const seeds = parseSeeds(text);
          expect(new Set(seeds).size).toBe(seeds.length);
          for (const seed of seeds) expect(seed >= 0 && seed <= 0xffffffff).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect((error as Error).message).not.toContain('\n');
        }
      }),
    );
  });
});
