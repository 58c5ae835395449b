import { expect, test } from 'vitest';
import { alphaCurves } from '../../src/explore/alpha-curves.js';
import { pairRecipe } from '../../src/swap/recipe/pair.js';
import type { Recipe } from '../../src/swap/recipe/schema.js';

const RESOLUTIONS = [4, 8, 16, 32];

test('every model has its weight at every resolution', () => {
  expect(alphaCurves(pairRecipe({ swap: 8 }), RESOLUTIONS)).toEqual({
    places: ['4', '8', '16', '32'],
    series: [
      { name: 'base', model: 0, isPart: false, values: [0, 0, 1, 1] },
      { name: 'transfer', model: 1, isPart: false, values: [1, 1, 0, 0] },
    ],
  });
});

test('halves of resolutions and parts that differ show', () => {
  const recipe: Recipe = {
    base: 'a',
    models: {
      a: {},
      b: { alpha: { table: { 8: { level0: 0.25, level1: 0.5 } } } },
      c: { alpha: { table: { 16: { conv: 0.5, affine: 0.5, noise: 0.5 } } } },
    },
    mapping: 'a',
    w_avg: 'a',
    noise: 'a',
  };
  const { places, series } = alphaCurves(recipe, RESOLUTIONS);
  expect(places).toEqual(['4 a', '4 b', '8 a', '8 b', '16 a', '16 b', '32 a', '32 b']);
  const of = (name: string) => series.find((one) => one.name === name)?.values;
  expect(of('b')).toEqual([0, 0, 0.25, 0.5, 0, 0, 0, 0]);
  expect(of('c')).toEqual([0, 0, 0, 0, 0.5, 0.5, 0, 0]);
  // There is no toRGB in the first half.
  expect(of('c: toRGB')).toEqual([0, 0, 0, 0, 0.5, 0, 0, 0]);
  expect(of('c: affine')).toBeUndefined();
  expect(of('a: toRGB')).toEqual([1, 1, 0.75, 0.5, 0.5, 1, 1, 1]);
});

test("another tool's cut shows where it cuts", () => {
  const cut = { tool: 'pinkney' as const, resolution: 8, level: 0 as const, low: 'a' };
  const recipe: Recipe = { base: 'a', models: { a: {}, b: {} }, cut, mapping: 'a', w_avg: 'a', noise: 'a' };
  const { series } = alphaCurves(recipe, RESOLUTIONS);
  expect(series[1]!.values.at(-1)).toBe(1);
  expect(series[1]!.values[0]).toBe(0);
});
