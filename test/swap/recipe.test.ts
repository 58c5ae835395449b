import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { checkRecipe } from '../../src/swap/recipe/check-recipe.js';
import { parseRecipe } from '../../src/swap/recipe/parse-recipe.js';
import { type BlendRecipe, completeRecipe } from '../../src/swap/recipe/recipe.js';
import { type RecordedPair, recipeMetadata } from '../../src/swap/recipe/recipe-metadata.js';
import { recipeOfPair } from '../../src/swap/recipe/recipe-model.js';
import { randomGenerator } from '../support/random-generator.js';

const shape = { family: 'stylegan2', resolution: 32 } as const;

function check(recipe: BlendRecipe): void {
  const shapes = new Map(['base', 'transfer'].map((name) => [name, shape]));
  checkRecipe(recipeOfPair(recipe), shapes);
}

function codeOf(recipe: BlendRecipe): string | undefined {
  try {
    check(recipe);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).not.toContain('\n');
    return (error as UsageError).code;
  }
}

describe('checkRecipe of a pair', () => {
  test('accepts every resolution of the model and every width from 0', () => {
    for (const swap of [4, 8, 16, 32]) expect(codeOf(completeRecipe({ swap }))).toBeUndefined();
    for (const ramp of [0, 0.001, 1, 100]) expect(codeOf(completeRecipe({ swap: 8, ramp }))).toBeUndefined();
  });

  test('refuses a swap that is no resolution and lists those there are', () => {
    for (const swap of [0, 2, 5, 12, 64, -8, 8.5, Number.NaN]) {
      expect(codeOf(completeRecipe({ swap }))).toBe('SWAP_NOT_A_RESOLUTION');
    }
    expect(() => check(completeRecipe({ swap: 64 }))).toThrow(/4, 8, 16, 32.*found 64/);
  });

  test('refuses widths that are none', () => {
    for (const ramp of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(codeOf(completeRecipe({ swap: 8, ramp }))).toBe('RAMP_OUT_OF_RANGE');
    }
  });

  test('refuses a model that is neither of the two', () => {
    const recipe = { ...completeRecipe({ swap: 8 }), mapping: 'both' } as unknown as BlendRecipe;
    expect(codeOf(recipe)).toBe('SIDE_UNKNOWN');
  });
});

describe('metadata', () => {
  const base = randomGenerator({ seed: 1 });
  const transfer = {
    ...randomGenerator({ seed: 2 }),
    origin: { path: '/home/somebody/models/toon.pkl', format: 'stylegan2-ada-pytorch', network: 'G_ema' },
    sha256: async () => 'ab'.repeat(32),
  } as const;

  test('records the recipe, what it came to and the inputs, without folders', async () => {
    const recipe = completeRecipe({ swap: 8, ramp: 0.5, structure: 'base', noise: 'transfer' });
    const metadata = await recipeMetadata(recipe, { base, transfer });
    expect(metadata.recipe).not.toContain('somebody');
    const read = parseRecipe(metadata) as RecordedPair;
    expect(read).toMatchObject({ version: 1, ...recipe });
    expect(read?.transfer).toEqual({
      path: 'toon.pkl',
      format: 'stylegan2-ada-pytorch',
      network: 'G_ema',
      sha256: 'ab'.repeat(32),
    });
    expect(read?.base).toEqual({ path: 'random generator 1', format: 'memory', sha256: '' });
    expect(Object.keys(read?.alpha ?? {})).toEqual(['4', '8', '16']);
  });

  test('is the same text for the same blend', async () => {
    const write = () => recipeMetadata(completeRecipe({ swap: 4 }), { base, transfer });
    expect(await write()).toEqual(await write());
  });

  test('is undefined where there is none, or none that is understood', async () => {
    const { recipe: text } = await recipeMetadata(completeRecipe({ swap: 8 }), { base, transfer });
    const good = JSON.parse(text) as Record<string, unknown>;
    expect(parseRecipe({ recipe: text })).toBeDefined();
    const bad: string[] = [
      '',
      'null',
      '[]',
      '{}',
      '"recipe"',
      '{"__proto__": {"version": 1}}',
      '['.repeat(100_000),
      'x'.repeat(2_000_000),
      JSON.stringify({ ...good, version: 2 }),
      JSON.stringify({ ...good, extra: 1 }),
      JSON.stringify({ ...good, swap: '8' }),
      JSON.stringify({ ...good, alpha: { 8: 2 } }),
      JSON.stringify({ ...good, alpha: { constructor: 1 } }),
      text.replace('"version":1', '"__proto__":{},"version":1'),
    ];
    expect(parseRecipe({})).toBeUndefined();
    for (const recipe of bad) expect(parseRecipe({ recipe }), recipe.slice(0, 60)).toBeUndefined();
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (recipe) => {
        parseRecipe({ recipe });
      }),
    );
    const polluted = Object.create({ recipe: '{}' }) as Record<string, string>;
    expect(parseRecipe(polluted)).toBeUndefined();
  });
});
