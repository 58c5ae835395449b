import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { blendCheckpoints } from '../../src/swap/blend.js';
import { mix } from '../../src/swap/mix.js';
import { blendPlan } from '../../src/swap/plan.js';
import { alphaAt } from '../../src/swap/recipe/alpha.js';
import { groupOf } from '../../src/swap/recipe/groups.js';
import { type PairSettings, pairRecipe } from '../../src/swap/recipe/pair.js';
import { randomGenerator } from '../support/random-generator.js';

const base = randomGenerator({ seed: 1, resolution: 32 });
const transfer = randomGenerator({ seed: 2, resolution: 32 });

/** Counts what is read; with `change`, alters what is read. */
function spy(
  checkpoint: Checkpoint,
  change: (name: string, values: Float32Array) => Float32Array = (_, v) => v,
) {
  const reads: string[] = [];
  let closed = 0;
  const watched: Checkpoint = {
    ...checkpoint,
    read: async (name) => {
      reads.push(name);
      return change(name, await checkpoint.read(name));
    },
    close: async () => {
      closed++;
    },
  };
  return { watched, reads, closed: () => closed };
}

/** The paper's α of a tensor. */
function shareOf(name: string, pair: PairSettings): number {
  const group = groupOf(name);
  if (typeof group === 'number') {
    const { alpha } = pairRecipe(pair).models['transfer']!;
    return alphaAt(alpha!, { resolution: group, level: 1, part: 'conv' });
  }
  if (group === 'filters') return 0;
  return pair[group === 'noise' ? 'noiseFrom' : 'mapping'] === 'transfer' ? 1 : 0;
}

const recipes = fc.record({
  swap: fc.constantFrom(4, 8, 16, 32),
  ramp: fc.constantFrom(0, 0.05, 0.5, 2),
  structure: fc.constantFrom('transfer', 'base' as const),
  mapping: fc.constantFrom('base', 'transfer' as const),
  noiseFrom: fc.constantFrom('base', 'transfer' as const),
});

test('a tensor is in the group that decides its share', () => {
  expect(groupOf('mapping.w_avg')).toBe('mapping');
  expect(groupOf('mapping.embed.weight')).toBe('mapping');
  expect(groupOf('synthesis.b4.const')).toBe(4);
  expect(groupOf('synthesis.b16.conv0.noise_strength')).toBe(16);
  expect(groupOf('synthesis.b1024.torgb.affine.bias')).toBe(1024);
  expect(groupOf('synthesis.b16.conv0.noise_const')).toBe('noise');
  expect(groupOf('synthesis.b16.resample_filter')).toBe('filters');
});

describe('blendCheckpoints', () => {
  test('with a hard swap copies each tensor from its model, bit for bit, and reads no other', async () => {
    const [b, t] = [spy(base), spy(transfer)];
    const blend = blendCheckpoints(b.watched, t.watched, { swap: 8, noiseFrom: 'transfer' });
    for (const name of blend.tensors.keys()) {
      const values = await blend.read(name);
      const group = groupOf(name);
      const fromTransfer = group === 4 || group === 8 || group === 'noise';
      expect(Buffer.from(values.buffer)).toEqual(
        Buffer.from((await (fromTransfer ? transfer : base).read(name)).buffer),
      );
    }
    const filters = [...base.tensors.keys()].filter((name) => groupOf(name) === 'filters');
    const read = [...b.reads, ...t.reads].filter((name) => !filters.includes(name));
    expect(read.sort()).toEqual([...base.tensors.keys()].filter((name) => !filters.includes(name)).sort());
  });

  test('is (1 - α) base + α transfer, and never outside of the two', async () => {
    await fc.assert(
      fc.asyncProperty(recipes, async (recipe) => {
        const blend = blendCheckpoints(base, transfer, recipe);
        for (const name of ['synthesis.b4.const', 'synthesis.b16.conv1.weight', 'mapping.w_avg']) {
          const [mixed, a, b] = await Promise.all([blend.read(name), base.read(name), transfer.read(name)]);
          const alpha = shareOf(name, recipe);
          for (const [i, value] of mixed.entries()) {
            expect(value).toBeGreaterThanOrEqual(Math.min(a[i]!, b[i]!));
            expect(value).toBeLessThanOrEqual(Math.max(a[i]!, b[i]!));
            expect(value).toBe(Math.fround((1 - alpha) * a[i]! + alpha * b[i]!));
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test('of a model with itself is that model', async () => {
    await fc.assert(
      fc.asyncProperty(recipes, async (recipe) => {
        const blend = blendCheckpoints(base, randomGenerator({ seed: 1, resolution: 32 }), recipe);
        for (const name of blend.tensors.keys())
          expect(await blend.read(name)).toEqual(await base.read(name));
      }),
      { numRuns: 8 },
    );
  });

  test('never averages noise buffers, the mapping network and w_avg', async () => {
    const blend = blendCheckpoints(base, transfer, { swap: 8, ramp: 3, mapping: 'transfer' });
    const noise = 'synthesis.b16.conv1.noise_const';
    expect(await blend.read(noise)).toBe(await base.read(noise));
    for (const name of ['mapping.fc0.weight', 'mapping.w_avg']) {
      expect(await blend.read(name)).toBe(await transfer.read(name));
    }
  });

  test('describes itself and closes both inputs', async () => {
    const [b, t] = [spy(base), spy(transfer)];
    const blend = blendCheckpoints(b.watched, t.watched, { swap: 8 });
    expect(blend.origin).toEqual({
      path: 'blend of random generator 1 and random generator 2',
      format: 'memory',
    });
    expect([blend.metadata, await blend.sha256()]).toEqual([{}, '']);
    expect([...blend.tensors.keys()]).toEqual([...base.tensors.keys()]);
    await blend.close();
    expect([b.closed(), t.closed()]).toEqual([1, 1]);
  });

  test('refuses filters that differ, before any weight is computed', async () => {
    const { watched } = spy(transfer, (name, values) =>
      groupOf(name) === 'filters' ? values.map((v) => v / 2) : values,
    );
    const blend = blendCheckpoints(base, watched, { swap: 8 });
    await expect(blend.read('synthesis.b32.conv1.weight')).rejects.toMatchObject({
      code: 'CHECKPOINTS_DIFFER',
      message: expect.stringMatching(/resample_filter differs: tap 0 is 0\.0156\d* in random generator 1/),
    });
  });

  test('refuses weights that are no numbers', async () => {
    const { watched } = spy(transfer, (name, v) => (name.endsWith('b4.const') ? v.map(() => Number.NaN) : v));
    const blend = blendCheckpoints(base, watched, { swap: 8, ramp: 1 });
    await expect(blend.read('synthesis.b4.const')).rejects.toMatchObject({ code: 'TENSOR_NOT_FINITE' });
  });

  test('refuses unknown names, unlike models and impossible recipes', async () => {
    const blend = blendCheckpoints(base, transfer, { swap: 8 });
    await expect(blend.read('synthesis.b64.const')).rejects.toMatchObject({ code: 'TENSOR_MISSING' });
    const refusal = (action: () => unknown, code: string) =>
      expect(action).toThrow(expect.objectContaining({ code }));
    refusal(() => blendCheckpoints(base, randomGenerator(), { swap: 8 }), 'CHECKPOINTS_DIFFER');
    refusal(() => blendCheckpoints(base, transfer, { swap: 64 }), 'SWAP_NOT_A_RESOLUTION');
    refusal(() => blendPlan(base, transfer, { swap: 64 }), 'SWAP_NOT_A_RESOLUTION');
  });
});

describe('mix', () => {
  const float = fc.float({ noNaN: true, noDefaultInfinity: true });
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  test('lies between its inputs, at the one for 0 and at the other for 1', () => {
    fc.assert(
      fc.property(float, float, share, (a, b, alpha) => {
        const at = (share: number) => mix(Float32Array.of(a), Float32Array.of(b), share)[0]!;
        expect(at(alpha)).toBeGreaterThanOrEqual(Math.min(a, b));
        expect(at(alpha)).toBeLessThanOrEqual(Math.max(a, b));
        expect(at(0)).toBeCloseTo(a, 30);
        expect(at(1)).toBeCloseTo(b, 30);
      }),
      { numRuns: 2000 },
    );
  });

  test('treats every element alike, whatever the length', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(float, float), { maxLength: 13 }), share, (pairs, alpha) => {
        const mixed = mix(
          Float32Array.from(pairs, ([a]) => a),
          Float32Array.from(pairs, ([, b]) => b),
          alpha,
        );
        expect([...mixed]).toEqual(pairs.map(([a, b]) => Math.fround((1 - alpha) * a + alpha * b)));
      }),
    );
  });

  test('of equal numbers is that number', () => {
    fc.assert(
      fc.property(float, share, (a, alpha) => {
        expect(mix(Float32Array.of(a), Float32Array.of(a), alpha)[0]! === a).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

test('the plan covers every tensor once and reads none', () => {
  const [b, t] = [spy(base), spy(transfer)];
  const rows = blendPlan(b.watched, t.watched, { swap: 8 });
  expect(rows.map(({ group, alpha }) => [group, alpha])).toEqual([
    ['mapping', 0],
    [4, 1],
    [8, 1],
    [16, 0],
    [32, 0],
    ['noise', 0],
    ['filters', 0],
  ]);
  expect(rows.reduce((sum, row) => sum + row.tensors, 0)).toBe(base.tensors.size);
  const noise = rows.find(({ group }) => group === 'noise')!;
  expect(noise.parameters).toBe(16 + 2 * (64 + 256 + 1024));
  expect(noise.bytes).toBe(4 * noise.parameters);
  expect([...b.reads, ...t.reads]).toEqual([]);
});
