import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attribute } from '../../src/compare/attribution.js';

const distance = fc.double({ min: 1e-6, max: 1, noNaN: true });
const distances = fc.array(distance, { minLength: 2, maxLength: 20 });

test('scores do not depend on the unit of the distances, and grow with them', () => {
  fc.assert(
    fc.property(distances, distance, fc.double({ min: 1.01, max: 100, noNaN: true }), (own, one, factor) => {
      const { score, share } = attribute(one, own);
      const scaled = attribute(
        one * factor,
        own.map((other) => other * factor),
      );
      expect(scaled.score).toBeCloseTo(score, 6);
      const further = attribute(one * factor, own);
      expect(further.score).toBeGreaterThan(score);
      expect(further.share).toBeLessThanOrEqual(share);
    }),
  );
});

test('what is no further than an own picture may have been made, whatever the score', () => {
  fc.assert(
    fc.property(distances, (own) => {
      for (const one of own) expect(attribute(one, own).verdict).toBe('made');
    }),
  );
});

test('the verdict follows the deviations of the logarithms', () => {
  // Logarithms -1, 0, 1: mean 0, deviation 1.
  const own = [Math.exp(-1), 1, Math.E];
  const at = (score: number) => attribute(Math.exp(score), own);
  expect(at(2.5).score).toBeCloseTo(2.5, 10);
  expect([1.9, 2.1, 2.9, 3.1].map((score) => at(score).verdict)).toEqual([
    'made',
    'unclear',
    'unclear',
    'not made',
  ]);
  expect([at(-2).share, at(0).share, at(1.5).share]).toEqual([1, 2 / 3, 0]);
  // Own pictures that are all equally near, even exactly, say little about how far another one may be.
  expect(attribute(2, [1, 1, 1]).verdict).toBe('made');
  expect(attribute(0, [0, 0]).score).toBe(0);
  expect(attribute(1e-3, [0, 0]).verdict).toBe('not made');
});
