import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRecipeFile } from '../../src/swap/recipe/file/parse.js';
import { fileOfRecipe, printRecipe } from '../../src/swap/recipe/file/print.js';
import { recipeJsonSchema } from '../../src/swap/recipe/file/schema.js';
import { completeRecipe } from '../../src/swap/recipe/recipe.js';
import type { Alpha, Recipe } from '../../src/swap/recipe/schema.js';

const GOOD = `version: 1
base: toonhead
models:
  toonhead:
  pixelart:
    alpha: { swap: 8, ramp: 0.5 }
  dylan:
    model: ../models/dylan.pkl
    alpha: { window: [16, 32-64], amount: 0.5 }
  other: { alpha: { table: { 4: 1, 8: { level0: 0.5, level1: { conv: 0.1 } } } } }
  rest: { alpha: 0.1 }
method: { default: linear, 8: slerp }
`;

const read = (text: string) => completeRecipe(parseRecipeFile(text, 'a.yaml').file);

test('a recipe says everything about a blend', () => {
  expect(read(GOOD)).toEqual({
    base: 'toonhead',
    models: {
      toonhead: { model: 'toonhead' },
      pixelart: { model: 'pixelart', alpha: { swap: 8, ramp: 0.5 } },
      dylan: {
        model: '../models/dylan.pkl',
        alpha: { window: [16, 32].map((from) => ({ from, to: from === 16 ? 16 : 64 })), amount: 0.5 },
      },
      other: { model: 'other', alpha: { table: { 4: 1, 8: { level0: 0.5, level1: { conv: 0.1 } } } } },
      rest: { model: 'rest', alpha: 0.1 },
    },
    mapping: 'toonhead',
    w_avg: 'toonhead',
    noise: 'toonhead',
    method: { default: 'linear', 8: 'slerp' },
  });
});

test('JSON is YAML', () => {
  const json = { version: 1, base: 'a', models: { a: null, b: { alpha: { constant: 0.25 } } } };
  expect(read(JSON.stringify(json))).toEqual(
    read('version: 1\nbase: a\nmodels:\n  a:\n  b: {alpha: 0.25}\n'),
  );
});

test('a cut takes what belongs to no resolution from its low model', () => {
  const recipe = read(
    'version: 1\nbase: a\nmodels: {a: , b: }\ncut: {tool: pinkney, resolution: 8, low: b}\nw_avg: a\n',
  );
  expect(recipe).toMatchObject({ mapping: 'b', w_avg: 'a', noise: 'b', models: { a: {}, b: {} } });
});

test('what is printed means the same', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const resolution = fc.constantFrom<number[]>(4, 8, 16);
  const alpha: fc.Arbitrary<Alpha> = fc.oneof(
    share,
    fc.record({ swap: resolution, ramp: share, side: fc.constantFrom('low', 'high' as const) }),
    fc.record({
      ramp: fc.record({ centre: resolution, width: share, shape: fc.constant('cosine' as const) }),
    }),
    fc.record({
      window: fc.constant<{ from: number; to: number }[]>([
        { from: 4, to: 4 },
        { from: 16, to: 32 },
      ]),
      amount: share,
    }),
    fc.record({
      table: fc.record({ 4: share, 16: fc.record({ level0: share, level1: fc.record({ conv: share }) }) }),
    }),
  );
  fc.assert(
    fc.property(alpha, alpha, fc.boolean(), (a, b, normalize) => {
      const recipe: Recipe = {
        base: 'base',
        models: {
          base: { model: './my models/base.pkl' },
          a: { model: 'a', sha256: 'ab'.repeat(32), alpha: a },
          'b-2': { recipe: 'b.yaml', alpha: b },
        },
        ...{ mapping: 'a', w_avg: 'average', noise: 'base' },
        ...{ method: { default: 'task', 16: 'slerp' }, normalize },
      };
      const again = read(printRecipe(fileOfRecipe(recipe)));
      expect(again).toEqual(recipe);
      expect(Object.keys(again.models)).toEqual(Object.keys(recipe.models));
    }),
    { numRuns: 50 },
  );
});

describe('refuses with the line and the reason', () => {
  const swap = '{ swap: 8, ramp: 0.5 }';
  test.each<[from: string | RegExp, to: string, code: string, line: number, reason: RegExp]>([
    ['swap:', 'swpa:', 'RECIPE_INVALID', 6, /alpha: unknown key "swpa": did you mean swap\?/],
    ['base:', 'bsae:', 'RECIPE_INVALID', 2, /unknown key "bsae": did you mean base\?/],
    ['level0', 'levl0', 'RECIPE_INVALID', 10, /table.8: unknown key "levl0": did you mean level0\?/],
    ['conv', 'konv', 'RECIPE_INVALID', 10, /unknown key "konv": did you mean conv\?/],
    [/^/, '{', 'RECIPE_MALFORMED', 1, /expected YAML/],
    ['version: 1', 'version: 2', 'RECIPE_VERSION', 1, /expected 1, found 2/],
    ['version: 1\n', '', 'RECIPE_INVALID', 1, /version: expected 1, found nothing/],
    ['swap: 8', 'swap: eight', 'RECIPE_INVALID', 6, /pixelart.alpha.swap: expected a number, found "eight"/],
    ['swap: 8', 'swap: 8.5', 'RECIPE_INVALID', 6, /swap: expected a whole number, found 8.5/],
    [
      'window: [16',
      'window: [wide',
      'RECIPE_INVALID',
      9,
      /expected a resolution or a range such as 16-64, found "wide"/,
    ],
    [
      '8: slerp',
      '8: slurp',
      'RECIPE_INVALID',
      12,
      /method.8: expected linear, slerp, task, average, found "slurp"/,
    ],
    ['8: slerp', 'eight: slerp', 'RECIPE_INVALID', 12, /expected a resolution or default/],
    [swap, '{ swap: 8, window: 4 }', 'RECIPE_INVALID', 6, /found swap and window/],
    [swap, '{ ramp: 1 }', 'RECIPE_INVALID', 6, /ramp: expected \{ centre, width \}/],
    [
      swap,
      '{ ramp: { center: 8, width: 1 } }',
      'RECIPE_INVALID',
      6,
      /unknown key "center": did you mean centre\?/,
    ],
    [swap, '{ constant: 0.1, side: low }', 'RECIPE_INVALID', 6, /side: expected beside swap or ramp/],
    [swap, 'lots', 'RECIPE_INVALID', 6, /alpha: expected a number or keys with values, found "lots"/],
    ['  rest:', '  2nd:', 'RECIPE_INVALID', 11, /expected a name/],
    ['  rest:', '  constructor:', 'RECIPE_INVALID', 11, /expected a name/],
    ['base: toonhead', 'base: [toonhead, dylan]', 'RECIPE_INVALID', 2, /base: expected a word, found \[/],
    ['models:', 'base: dylan\nmodels:', 'RECIPE_MALFORMED', 3, /map keys must be unique/],
    ['  rest:', '  more: *unknown\n  rest:', 'RECIPE_ALIASES', 11, /not defined/],
  ])('%s -> %s', (from, to, code, line, reason) => {
    const error = refusal(GOOD.replace(from, to));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(reason)]);
    expect(error.message).toMatch(new RegExp(`^a\\.yaml:${line}: `));
    expect(error.message).not.toContain('\n');
    expect(error.hint).toBeTruthy();
  });

  test('two bases, unknown bases, a model and a recipe at once', () => {
    const codeAt = (text: string) => {
      const { lines, file } = parseRecipeFile(text, 'a.yaml');
      try {
        completeRecipe(file);
      } catch (error) {
        const { code, at } = error as { code: string; at: string[] };
        return [code, lines.lineOf(at)];
      }
      throw new Error('nothing was refused');
    };
    expect(codeAt(GOOD.replace('  toonhead:', '  toonhead: { alpha: 1 }'))).toEqual(['TWO_BASES', 4]);
    expect(codeAt(GOOD.replace('base: toonhead', 'base: toonhaed'))).toEqual(['MODEL_UNDEFINED', 2]);
    expect(codeAt(GOOD.replace('alpha: 0.1', 'recipe: b.yaml, model: c'))).toEqual([
      'MODEL_CONTRADICTION',
      11,
    ]);
  });

  test('what is no recipe, and what is made to exhaust', () => {
    for (const text of ['', 'foo', '- a', '12', 'null']) expect(refusal(text).code).toBe('RECIPE_INVALID');
    expect(refusal('['.repeat(20_000)).message).toMatch(/nested too deep/);
    const bomb = Array.from('abcdefgh', (name, i) =>
      i === 0
        ? `${name}: &${name} [x, x, x, x, x, x, x, x]`
        : `${name}: &${name} [${Array(8)
            .fill(`*${'abcdefgh'[i - 1]}`)
            .join(', ')}]`,
    );
    const error = refusal(`version: 1\n${bomb.join('\n')}\n`);
    expect([error.code, error.message]).toEqual(['RECIPE_ALIASES', expect.stringMatching(/^a\.yaml:3: /)]);
  });

  test('whatever is in the text, with an error of this program', () => {
    const words = fc.constantFrom(
      'version: 1\n',
      'base: a\n',
      'models:\n',
      '  a:\n',
      ' {',
      '}',
      '[',
      '*a',
      '&a ',
      ': ',
      '- ',
      '"',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 3 })), { maxLength: 20 }), (parts) => {
        try {
          parseRecipeFile(parts.join(''), 'a.yaml');
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^RECIPE_/);
        }
      }),
    );
  });

  function refusal(text: string): { code: string; message: string; hint?: string } {
    try {
      parseRecipeFile(text, 'a.yaml');
    } catch (error) {
      return error as { code: string; message: string };
    }
    throw new Error('nothing was refused');
  }
});

test('recipe.schema.json is what node scripts/recipe-schema.js writes', async () => {
  const path = new URL('../../recipe.schema.json', import.meta.url);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(recipeJsonSchema())));
});
