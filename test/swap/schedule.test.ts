import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alphaAt } from '../../src/swap/recipe/alpha.js';
import { type PairSettings, pairRecipe } from '../../src/swap/recipe/pair.js';

/** The share of the transfer model in a resolution of a pair. */
function alpha(resolution: number, pair: PairSettings): number {
  return alphaAt(pairRecipe(pair).models['transfer']!.alpha!, { resolution, level: 1, part: 'conv' });
}

function alphas(resolutions: readonly number[], pair: PairSettings): Map<number, number> {
  return new Map(resolutions.map((r) => [r, alpha(r, pair)]));
}

const RESOLUTIONS = [4, 8, 16, 32, 64, 128, 256, 512, 1024];
const resolution = fc.constantFrom(...RESOLUTIONS);
const structure = fc.constantFrom('transfer', 'base' as const);
const ramp = fc.double({ min: 0, max: 1e3, noNaN: true });

describe('hard swap', () => {
  test('is the transfer model up to the swap and the base above it', () => {
    expect([...alphas([4, 8, 16, 32, 64], { swap: 16, structure: 'transfer' })]).toEqual([
      [4, 1],
      [8, 1],
      [16, 1],
      [32, 0],
      [64, 0],
    ]);
  });

  test('is the other way round with the structure of the base', () => {
    expect([...alphas([4, 8, 16, 32], { swap: 8, structure: 'base' }).values()]).toEqual([0, 0, 1, 1]);
  });
});

describe('ramp', () => {
  test('is a half at the point between the last resolution that swaps and the next', () => {
    expect(alpha(16 * Math.SQRT2, { swap: 16, ramp: 2, structure: 'transfer' })).toBeCloseTo(0.5, 12);
  });

  test('follows the logistic in octaves', () => {
    const expected = 1 / (1 + Math.exp((Math.log2(64) - Math.log2(16) - 0.5) / 0.75));
    expect(alpha(64, { swap: 16, ramp: 0.75, structure: 'transfer' })).toBeCloseTo(expected, 14);
  });

  test('converges to the hard swap as its width goes to 0', () => {
    fc.assert(
      fc.property(resolution, resolution, structure, (r, swap, structure) => {
        const hard = alpha(r, { swap, structure });
        const errors = [1, 0.3, 0.1, 0.03, 0.01].map((width) =>
          Math.abs(alpha(r, { swap, ramp: width, structure }) - hard),
        );
        for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThanOrEqual(errors[i - 1]!);
        expect(errors.at(-1)).toBeLessThan(1e-12);
        for (const width of [1e-9, 1e-300, Number.MIN_VALUE]) {
          expect(alpha(r, { swap, ramp: width, structure })).toBe(hard);
        }
      }),
    );
  });

  test('is within 0..1 and never rises with the resolution', () => {
    fc.assert(
      fc.property(resolution, ramp, (swap, ramp) => {
        const shares = RESOLUTIONS.map((r) => alpha(r, { swap, ramp, structure: 'transfer' }));
        for (const share of shares) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
        for (let i = 1; i < shares.length; i++) expect(shares[i]).toBeLessThanOrEqual(shares[i - 1]!);
      }),
    );
  });
});

test('the two structures add up to 1', () => {
  fc.assert(
    fc.property(resolution, resolution, ramp, (r, swap, ramp) => {
      const share = alpha(r, { swap, ramp, structure: 'transfer' });
      expect(alpha(r, { swap, ramp, structure: 'base' })).toBe(1 - share);
    }),
  );
});
