import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { pairOf } from '../../src/swap/blend.js';
import { checkRecipe } from '../../src/swap/recipe/check-recipe.js';
import { type PairSettings, pairRecipe } from '../../src/swap/recipe/pair.js';
import { parseRecipe } from '../../src/swap/recipe/parse-recorded.js';
import { blendMetadata } from '../../src/swap/recipe/record.js';
import { randomGenerator } from '../support/random-generator.js';

const shape = { family: 'stylegan2', resolution: 32 } as const;

function check(pair: PairSettings): void {
  const shapes = new Map(['base', 'transfer'].map((name) => [name, shape]));
  checkRecipe(pairRecipe(pair), shapes);
}

function codeOf(pair: PairSettings): string | undefined {
  try {
    check(pair);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).not.toContain('\n');
    return (error as UsageError).code;
  }
}

describe('checkRecipe of a pair', () => {
  test('accepts every resolution of the model and every width from 0', () => {
    for (const swap of [4, 8, 16, 32]) expect(codeOf({ swap })).toBeUndefined();
    for (const ramp of [0, 0.001, 1, 100]) expect(codeOf({ swap: 8, ramp })).toBeUndefined();
  });

  test('refuses a swap that is no resolution and lists those there are', () => {
    for (const swap of [0, 2, 5, 12, 64, -8, 8.5, Number.NaN]) {
      expect(codeOf({ swap })).toBe('SWAP_NOT_A_RESOLUTION');
    }
    expect(() => check({ swap: 64 })).toThrow(/4, 8, 16, 32.*found 64/);
  });

  test('refuses widths that are none', () => {
    for (const ramp of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(codeOf({ swap: 8, ramp })).toBe('RAMP_OUT_OF_RANGE');
    }
  });

  test('refuses a model that is neither of the two', () => {
    const recipe = { swap: 8, mapping: 'both' } as unknown as PairSettings;
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

  const write = (pair: PairSettings) => blendMetadata(pairRecipe(pair), pairOf(base, transfer));

  test('records the recipe and the inputs, without folders', async () => {
    const pair = { swap: 8, ramp: 0.5, structure: 'base', noiseFrom: 'transfer' } as const;
    const metadata = await write(pair);
    expect(metadata.recipe).not.toContain('somebody');
    const { models, version, ...recipe } = parseRecipe(metadata)!;
    expect([version, recipe]).toEqual([
      1,
      { base: 'base', mapping: 'base', w_avg: 'base', noise: 'transfer' },
    ]);
    expect(models['transfer']).toEqual({
      model: 'toon.pkl',
      format: 'stylegan2-ada-pytorch',
      network: 'G_ema',
      sha256: 'ab'.repeat(32),
      alpha: { swap: 8, ramp: 0.5, side: 'high' },
    });
    expect(models['base']).toEqual({ model: 'random generator 1', format: 'memory', sha256: '' });
  });

  test('is the same text for the same blend', async () => {
    expect(await write({ swap: 4 })).toEqual(await write({ swap: 4 }));
  });

  test('is undefined where there is none, or none that is understood', async () => {
    const { recipe: text } = await write({ swap: 8 });
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
      JSON.stringify({ ...good, models: {}, base: 8 }),
      text.replace('"swap":8', '"swap":"8"'),
      text.replace('"swap":8', '"swap":8,"ramp":-1'),
      text.replace('"version":1', '"__proto__":{},"version":1'),
    ];
    expect(parseRecipe({})).toBeUndefined();
    for (const recipe of bad) expect(parseRecipe({ recipe }), recipe.slice(0, 60)).toBeUndefined();
  });

  test('of before there was one form of recipes are read', () => {
    const input = (name: string, sha256 = 'cd'.repeat(32)) => ({ path: name, format: 'safetensors', sha256 });
    const pair = {
      version: 1,
      base: input('a.safetensors'),
      transfer: { ...input('b.pkl'), network: 'G_ema' },
      ...{ swap: 8, ramp: 0.5, structure: 'base', mapping: 'base', noise: 'transfer' },
      alpha: { 4: 0, 8: 0.25, 16: 1 },
    };
    expect(parseRecipe({ recipe: JSON.stringify(pair) })).toEqual({
      version: 1,
      base: 'base',
      models: {
        base: { model: 'a.safetensors', format: 'safetensors', sha256: 'cd'.repeat(32) },
        transfer: {
          ...{ model: 'b.pkl', format: 'safetensors', network: 'G_ema', sha256: 'cd'.repeat(32) },
          alpha: { swap: 8, ramp: 0.5, side: 'high' },
        },
      },
      ...{ mapping: 'base', w_avg: 'base', noise: 'transfer' },
    });
    const blend = {
      version: 2,
      recipe: {
        ...{ base: 'a', others: ['c', 'b'], alpha: { b: { window: [{ from: 4, to: 8 }] }, c: 0.5 } },
        ...{ mapping: 'average', wAvg: 'a', noise: 'a', method: { default: 'linear', 8: 'slerp' } },
      },
      models: { a: input('a.pt'), b: { ...input('b.pt', ''), recipe: pair }, c: input('c.pt') },
    };
    const read = parseRecipe({ recipe: JSON.stringify(blend) });
    expect(Object.keys(read!.models)).toEqual(['a', 'c', 'b']);
    expect(read).toMatchObject({
      ...{ version: 1, base: 'a', mapping: 'average', w_avg: 'a', method: { default: 'linear', 8: 'slerp' } },
      models: {
        b: { alpha: { window: [{ from: 4, to: 8 }] }, blended: { models: { transfer: { model: 'b.pkl' } } } },
        c: { model: 'c.pt', alpha: 0.5 },
      },
    });
    const without = { ...blend, models: { a: input('a.pt') } };
    expect(parseRecipe({ recipe: JSON.stringify(without) })).toBeUndefined();
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
