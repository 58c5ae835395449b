import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRecipeFile } from '../../src/swap/recipe/file/parse.js';
import type { RecipeDocument } from '../../src/swap/recipe/file/schema.js';
import { partOf, withPart } from '../../src/swap/recipe/file/vary.js';

const { file } = parseRecipeFile(
  `version: 1
base: a
models:
  a:
  b: { alpha: { swap: 8, ramp: 0.5, amount: 0.7 } }
  c: { model: c.pkl, alpha: { ramp: { centre: 20, width: 1, shape: cosine } } }
  d: { alpha: 0.25 }
  e: models/e.pkl
cut: { tool: pinkney, resolution: 8, low: a }
`,
  'recipe.yaml',
);

const alphaOf = (changed: RecipeDocument, name: string) => Object(changed.models[name])['alpha'];

describe('what a part of a recipe becomes', () => {
  test.each([
    ['b.swap', 16, { swap: 16, ramp: 0.5, amount: 0.7 }],
    ['b.ramp', 2, { swap: 8, ramp: 2, amount: 0.7 }],
    ['b.amount', 1, { swap: 8, ramp: 0.5, amount: 1 }],
    // Another kind of α takes the place of the one that is there, at the same amount.
    ['b.window', '16-32', { window: '16-32', amount: 0.7 }],
    ['b.constant', 0.5, 0.5],
    ['b.table.8', 0.5, { table: { 8: 0.5 } }],
    ['c.width', 3, { ramp: { centre: 20, width: 3, shape: 'cosine' } }],
    ['c.ramp.centre', 30, { ramp: { centre: 30, width: 1, shape: 'cosine' } }],
    ['c.amount', 0.5, { ramp: { centre: 20, width: 1, shape: 'cosine' }, amount: 0.5 }],
    ['d.amount', 0.5, 0.5],
    ['d.swap', 16, { swap: 16, amount: 0.25 }],
    ['e.amount', 0.5, 0.5],
    ['e.swap', 8, { swap: 8 }],
    ['e.alpha', 1, 1],
  ])('%s = %s', (part, value, expected) => {
    const changed = withPart(file, partOf(file, part), value);
    expect(alphaOf(changed, part[0]!)).toEqual(expected);
    for (const name of Object.keys(file.models)) {
      if (name !== part[0]) expect(changed.models[name]).toBe(file.models[name]);
    }
  });

  test('of models and of the whole recipe', () => {
    expect(withPart(file, 'e.model', 'f.pkl').models['e']).toEqual({ model: 'f.pkl' });
    expect(withPart(file, 'c.model', 'f.pkl').models['c']).toMatchObject({ model: 'f.pkl', alpha: {} });
    expect(withPart(file, 'method', 'slerp').method).toBe('slerp');
    expect(withPart(file, 'cut.level', 1).cut).toEqual({ ...file.cut, level: 1 });
  });
});

test('a name may be left away where one model can be meant', () => {
  expect(partOf(file, 'swap')).toBe('b.swap');
  expect(partOf(file, 'centre')).toBe('c.centre');
  for (const part of ['window', 'nobody.swap', 'colour', '', 'models.b.alpha', '__proto__.x']) {
    expect(() => partOf(file, part), part).toThrow(expect.objectContaining({ code: 'RECIPE_PART' }));
  }
});

test('no part reaches beyond the recipe', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (key, inner) => {
      const before = JSON.stringify(file);
      withPart(file, `b.${key}.${inner}`, 'x');
      withPart(file, `${key}.__proto__.${inner}`, 'x');
      expect(JSON.stringify(file)).toBe(before);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    }),
  );
});
