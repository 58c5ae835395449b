import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mixtureOf, weightsAt } from '../../src/swap/mixture.js';
import { alphaAt } from '../../src/swap/recipe/alpha.js';
import { checkRecipe } from '../../src/swap/recipe/check-recipe.js';
import type { ModelShape } from '../../src/swap/recipe/model-shape.js';
import { pairRecipe } from '../../src/swap/recipe/pair.js';
import { RecipeError } from '../../src/swap/recipe/recipe-error.js';
import type { Alpha, Recipe } from '../../src/swap/recipe/schema.js';
import { type Slot, slotOf } from '../../src/swap/recipe/slot.js';

const RESOLUTIONS = [4, 8, 16, 32];

const at = (resolution: number, level: 0 | 1 = 1, part: Slot['part'] = 'conv'): Slot => ({
  resolution,
  level,
  part,
});

/** A recipe of models with an α, and of others without. */
function recipeOf(
  alphas: Readonly<Record<string, Alpha>>,
  { without = [], ...more }: Partial<Recipe> & { readonly without?: readonly string[] } = {},
): Recipe {
  const models = [
    ['base', {}],
    ...Object.entries(alphas).map(([name, alpha]) => [name, { alpha }]),
    ...without.map((name) => [name, {}]),
  ];
  return {
    base: 'base',
    models: Object.fromEntries(models),
    mapping: 'base',
    w_avg: 'base',
    noise: 'base',
    ...more,
  };
}

const curve = (alpha: Alpha) => RESOLUTIONS.map((r) => alphaAt(alpha, at(r)));

describe('α', () => {
  test('of a swap is the paper’s, whatever the ramp', () => {
    expect(curve({ swap: 8 })).toEqual([1, 1, 0, 0]);
    for (const ramp of [0.5, 2]) {
      const octaves = RESOLUTIONS.map((r) => Math.log2(r / 8) - 0.5);
      const logistic = octaves.map((o) => 1 / (1 + Math.exp(o / ramp)));
      for (const [i, value] of curve({ swap: 8, ramp }).entries())
        expect(value).toBeCloseTo(logistic[i]!, 12);
    }
    expect(curve({ swap: 8, side: 'high', amount: 0.5 })).toEqual([0, 0, 0.5, 0.5]);
  });

  test('of a ramp is a half at its centre and goes from 1 to 0 in its shape', () => {
    for (const shape of ['logistic', 'linear', 'cosine'] as const) {
      const low: Alpha = { ramp: { centre: 8, width: 2, shape } };
      expect(alphaAt(low, at(8))).toBeCloseTo(0.5, 12);
      const values = curve(low);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      for (const [i, value] of curve({ ...low, side: 'high' }).entries()) {
        expect(value).toBeCloseTo(1 - values[i]!, 12);
      }
    }
    expect(curve({ ramp: { centre: 11, width: 1, shape: 'linear' } })[1]).toBeCloseTo(
      0.5 - Math.log2(8 / 11),
      12,
    );
    expect(curve({ ramp: { centre: 8, width: 2, shape: 'linear' } })).toEqual([1, 0.5, 0, 0]);
    expect(curve({ ramp: { centre: 8, width: 4, shape: 'cosine' } })[2]).toBeCloseTo(
      (1 - Math.cos(Math.PI / 4)) / 2,
      12,
    );
    expect(curve({ ramp: { centre: 9, width: 0 } })).toEqual([1, 1, 0, 0]);
  });

  test('of a window is its amount in single resolutions and ranges', () => {
    const window = [
      { from: 4, to: 4 },
      { from: 16, to: 32 },
    ];
    expect(curve({ window, amount: 0.25 })).toEqual([0.25, 0, 0.25, 0.25]);
  });

  test('of a table is by resolution, half and kind of tensor', () => {
    const alpha: Alpha = {
      table: { 4: 1, 8: { level0: 0.5, level1: { conv: 0.2, noise: 1 } }, 16: { affine: 0.3, torgb: 0.4 } },
    };
    const of = (name: string) => alphaAt(alpha, slotOf(name)!);
    expect(of('synthesis.b4.const')).toBe(1);
    expect(of('synthesis.b8.conv0.affine.weight')).toBe(0.5);
    expect(of('synthesis.b8.conv1.weight')).toBe(0.2);
    expect(of('synthesis.b8.conv1.noise_strength')).toBe(1);
    expect(of('synthesis.b8.torgb.weight')).toBe(0);
    expect(of('synthesis.b16.torgb.bias')).toBe(0.4);
    expect(of('synthesis.b16.torgb.affine.bias')).toBe(0.3);
    expect(of('synthesis.b32.conv0.weight')).toBe(0);
  });
});

test('slots of other families', () => {
  expect(slotOf('synthesis/64x64/Conv0_up/weight')).toEqual(at(64, 0));
  expect(slotOf('synthesis/64x64/Conv1/StyleMod/weight')).toEqual(at(64, 1, 'affine'));
  expect(slotOf('synthesis/4x4/Const/Noise/weight')).toEqual(at(4, 0, 'noise'));
  expect(slotOf('synthesis/64x64/ToRGB_lod0/bias')).toEqual(at(64, 1, 'torgb'));
  expect(slotOf('4x4/Dense/weight')).toEqual(at(4, 0));
  expect(slotOf('G.blocks.2.conv1.weight')).toEqual(at(16, 0));
  expect(slotOf('G.blocks.2.to_noise2.weight')).toEqual(at(16, 1, 'noise'));
  expect(slotOf('mapping.w_avg')).toBeUndefined();
});

describe('weights', () => {
  test('the base gets what the others leave, and they add up to 1', () => {
    const share = fc.double({ min: 0, max: 0.3, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (a, b, c) => {
        const recipe = recipeOf({
          a,
          b: { window: [{ from: 8, to: 16 }], amount: b },
          c: { swap: 8, amount: c },
        });
        for (const r of RESOLUTIONS) {
          const weights = [...weightsAt(at(r), recipe).values()];
          expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
          expect(weights.every((weight) => weight >= 0)).toBe(true);
        }
      }),
    );
  });

  test('shares that fill a resolution leave the base out, in spite of their rounding', () => {
    const recipe = recipeOf({ a: 0.7, b: 0.1, c: 0.2 });
    expect(weightsAt(at(8), recipe).get('base')).toBe(0);
  });

  test('normalized shares are in proportion', () => {
    const recipe = recipeOf({ a: 1, b: { swap: 8 } }, { normalize: true });
    expect([...weightsAt(at(8), recipe).values()]).toEqual([0, 0.5, 0.5]);
    expect([...weightsAt(at(16), recipe).values()]).toEqual([0, 1, 0]);
  });

  test('an average counts every model alike, in resolutions, mapping and w_avg where that is asked for', () => {
    const recipe = recipeOf({}, { without: ['a', 'b'], method: 'average', mapping: 'average', w_avg: 'a' });
    const third = [1 / 3, 1 / 3, 1 / 3];
    expect(mixtureOf('synthesis.b8.conv0.weight', recipe).weights).toEqual(third);
    expect(mixtureOf('mapping.fc0.weight', recipe).weights).toEqual(third);
    expect(mixtureOf('mapping.w_avg', recipe).weights).toEqual([0, 1, 0]);
    expect(mixtureOf('synthesis.b8.conv0.noise_const', recipe).weights).toEqual([1, 0, 0]);
  });

  test('a method may differ by resolution', () => {
    const recipe = recipeOf({ a: 0.5 }, { method: { default: 'slerp', 8: 'task' } });
    expect(mixtureOf('synthesis.b8.conv0.weight', recipe).method.name).toBe('task');
    expect(mixtureOf('synthesis.b16.conv0.weight', recipe).method.name).toBe('slerp');
  });

  test('what a model lacks is the base’s', () => {
    const recipe = recipeOf({ a: 0.25, b: 0.5 }, { common: true });
    expect(mixtureOf('synthesis.b8.conv0.weight', recipe, (model) => model !== 'b').weights).toEqual([
      0.75, 0.25, 0,
    ]);
  });
});

test('a pair is a recipe of two', () => {
  expect(pairRecipe({ swap: 8 })).toEqual({
    base: 'base',
    models: { base: {}, transfer: { alpha: { swap: 8 } } },
    mapping: 'base',
    w_avg: 'base',
    noise: 'base',
  });
  const all = pairRecipe({
    swap: 8,
    ramp: 0.5,
    structure: 'base',
    mapping: 'transfer',
    noiseFrom: 'transfer',
  });
  expect(all).toEqual({
    base: 'base',
    models: { base: {}, transfer: { alpha: { swap: 8, ramp: 0.5, side: 'high' } } },
    mapping: 'transfer',
    w_avg: 'transfer',
    noise: 'transfer',
  });
  // Beyond the models themselves only task vectors go.
  expect(pairRecipe({ swap: 8, amount: 1.5 })).toMatchObject({ method: 'task' });
  expect(pairRecipe({ amount: 0.5 }).models['transfer']).toEqual({ alpha: 0.5 });
  const cut = pairRecipe({ cut: 'pinkney', swap: 8, level: 1 });
  expect(cut).toMatchObject({
    cut: { tool: 'pinkney', resolution: 8, level: 1, low: 'transfer' },
    mapping: 'transfer',
  });
});

test.each([
  ['OPTION_MISSING', {}],
  ['OPTION_MISSING', { ramp: 1 }],
  ['OPTION_MISSING', { amount: 1, structure: 'base' }],
  ['OPTION_MISSING', { swap: 8, level: 1 }],
  ['OPTION_MISSING', { cut: 'pinkney' }],
  ['OPTIONS_EXCLUSIVE', { cut: 't27', swap: 8, amount: 1 }],
] as const)('%s of a pair that says %j', (code, pair) => {
  expect(() => pairRecipe(pair)).toThrow(expect.objectContaining({ code }));
});

describe('checkRecipe', () => {
  const shape: ModelShape = { family: 'stylegan2', resolution: 32 };

  function refusal(recipe: Recipe, shapes: Record<string, ModelShape> = {}): RecipeError {
    const names = ['base', 'a', 'b', 'c'];
    try {
      checkRecipe(recipe, new Map(names.map((name) => [name, shapes[name] ?? shape])));
    } catch (error) {
      expect(error).toBeInstanceOf(RecipeError);
      expect((error as RecipeError).message).not.toContain('\n');
      return error as RecipeError;
    }
    throw new Error('nothing was refused');
  }
  const codeOf = (recipe: Recipe) => refusal(recipe).code;

  test('accepts what can be carried out', () => {
    const shapes = new Map([
      ['base', shape],
      ['a', shape],
      ['b', { ...shape, resolution: 16 }],
    ]);
    const recipe = recipeOf({ a: 0.5, b: { swap: 16, amount: 0.5 } }, { common: true });
    expect(() => checkRecipe(recipe, shapes)).not.toThrow();
    expect(() => checkRecipe(recipeOf({ a: 1.5, b: -3 }, { method: 'task' }), shapes)).not.toThrow();
  });

  test('names are of models, each once, and the base has no α', () => {
    expect(codeOf(recipeOf({ a: 0.5 }, { mapping: 'z' }))).toBe('MODEL_UNDEFINED');
    expect(codeOf(recipeOf({ a: 0.5 }, { noise: 'average' }))).toBe('MODEL_UNDEFINED');
    expect(codeOf(recipeOf({ z: 0.5 }))).toBe('MODEL_UNDEFINED');
    expect(codeOf(recipeOf({ constructor: 0.5 }))).toBe('MODEL_UNDEFINED');
    expect(codeOf(recipeOf({ a: 0.5, base: 0.5 }))).toBe('TWO_BASES');
    expect(codeOf(recipeOf({}, { without: ['a'] }))).toBe('ALPHA_MISSING');
    expect(() => codeOf(recipeOf({ a: 0.5 }, { method: 'melt' }))).toThrow(/METHOD_UNKNOWN|RecipeError/);
  });

  test('resolutions are the models’', () => {
    const shapes = { a: { ...shape, resolution: 16 } };
    expect(codeOf(recipeOf({ a: { swap: 64 } }))).toBe('SWAP_NOT_A_RESOLUTION');
    expect(codeOf(recipeOf({ a: { window: [{ from: 8, to: 64 }] } }))).toBe('RESOLUTION_UNKNOWN');
    const table = refusal(recipeOf({ a: { table: { 4: 1, 64: 1 } } }));
    expect([table.code, table.at]).toEqual(['RESOLUTION_UNKNOWN', ['models', 'a', 'alpha', 'table', '64']]);
    expect(codeOf(recipeOf({ a: 0.5 }, { method: { 128: 'slerp' } }))).toBe('RESOLUTION_UNKNOWN');
    expect(refusal(recipeOf({ a: { swap: 32 } }, { common: true }), shapes).code).toBe(
      'SWAP_NOT_A_RESOLUTION',
    );
  });

  test('α is within 0..1, and in all at most 1, but for extrapolation', () => {
    expect(codeOf(recipeOf({ a: 1.5 }))).toBe('ALPHA_OUT_OF_RANGE');
    expect(codeOf(recipeOf({ a: { swap: 8, amount: -0.1 } }, { method: 'slerp' }))).toBe(
      'ALPHA_OUT_OF_RANGE',
    );
    expect(codeOf(recipeOf({ a: Number.NaN }, { method: 'task' }))).toBe('ALPHA_OUT_OF_RANGE');
    expect(codeOf(recipeOf({ a: 0.6, b: 0.5 }))).toBe('ALPHA_SUM');
    const window = (from: number, to: number): Alpha => ({ window: [{ from, to }] });
    const overlap = refusal(recipeOf({ a: window(4, 16), b: window(16, 32) }));
    expect(overlap.code).toBe('WINDOWS_OVERLAP');
    expect(overlap.message).toContain('a and b overlap at 16 px');
    const twice: Alpha = {
      window: [
        { from: 4, to: 16 },
        { from: 8, to: 8 },
      ],
    };
    expect(codeOf(recipeOf({ a: twice }))).toBe('WINDOWS_OVERLAP');
    expect(codeOf(recipeOf({ a: { window: [{ from: 16, to: 8 }] } }))).toBe('WINDOWS_OVERLAP');
  });

  test('ramps have a centre and a width', () => {
    expect(codeOf(recipeOf({ a: { ramp: { centre: 0, width: 1 } } }))).toBe('RAMP_OUT_OF_RANGE');
    expect(codeOf(recipeOf({ a: { ramp: { centre: 8, width: -1 } } }))).toBe('RAMP_OUT_OF_RANGE');
  });

  test('a cut is of two StyleGAN2 generators and has the options of its tool', () => {
    const cut = { tool: 'pinkney', resolution: 8, low: 'a' } as const;
    const good = recipeOf({}, { without: ['a'], cut });
    checkRecipe(
      good,
      new Map([
        ['base', shape],
        ['a', shape],
      ] as const),
    );
    expect(codeOf(recipeOf({}, { without: ['a', 'b'], cut }))).toBe('CUT_MODELS');
    expect(codeOf({ ...good, cut: { ...cut, low: 'b' } })).toBe('CUT_MODELS');
    expect(codeOf({ ...good, cut: { ...cut, resolution: 64 } })).toBe('SWAP_NOT_A_RESOLUTION');
    expect(codeOf({ ...good, cut: { ...cut, width: -1 } })).toBe('RAMP_OUT_OF_RANGE');
    expect(codeOf({ ...good, cut: { ...cut, tool: 'animegan', level: 1 } })).toBe('CUT_OPTION');
    expect(codeOf({ ...good, cut: { ...cut, tool: 'dvschultz', width: 1 } })).toBe('CUT_OPTION');
    const older = { base: { ...shape, family: 'stylegan1' } } as const;
    expect(refusal(good, older).code).toBe('CUT_ARCHITECTURE');
  });
});
