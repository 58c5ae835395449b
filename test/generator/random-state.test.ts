import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openSafetensors } from '../../src/formats/safetensors/read.js';
import { RandomState } from '../../src/generator/random-state.js';

/**
 * numpy 2.4: r = RandomState(seed); r.randn(5); r.rand(3); SHA-256 of r.randn(20001).astype('<f4'). The odd five
 * leave a spare number behind, which the uniform numbers must not disturb.
 */
const NUMPY = [
  {
    seed: 0,
    normals: [
      1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458, 1.8675579901499675,
    ],
    uniforms: [0.4375872112626925, 0.8917730007820798, 0.9636627605010293],
    sha256: '0531910ca18bc9f480059fcc06edd636b6f193d173d1695beb17ec040c27a7f3',
  },
  {
    seed: 2 ** 31,
    normals: [
      0.3184761273282464, -0.34575349241475667, 0.2255674496017024, 1.5130304859621413, -1.2839937468838771,
    ],
    uniforms: [0.4065078649096848, 0.4715426031475063, 0.025004340132493974],
    sha256: 'f3e2359b5ab17a57e91a6218e028e8bf765782ab73fb1821a98aa7d7c8f8e6d0',
  },
  {
    seed: 2 ** 32 - 1,
    normals: [
      0.6484086742306527, 0.6693235306338161, -1.0805437227474493, 0.2845010447986309, 0.11388773652167104,
    ],
    uniforms: [0.9845555560357949, 0.4142464457254096, 0.32420043998445336],
    sha256: '2d67267b9a63ba9f7add6ab6f4087e24ec9e8d431d38d7a742a61c4dd97fa444',
  },
];

describe('numpy', () => {
  test.each(NUMPY)('seed $seed gives its numbers', ({ seed, normals, uniforms, sha256 }) => {
    const random = new RandomState(seed);
    for (const [i, normal] of random.randn(5).entries()) expect(normal).toBeCloseTo(normals[i]!, 14);
    expect([random.random(), random.random(), random.random()]).toEqual(uniforms);
    const bytes = new Uint8Array(Float32Array.from(random.randn(20001)).buffer);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  });

  test.each(['golden32', 'golden64-cond'])(
    "gives the z of the reference tools' seeds: %s",
    async (generator) => {
      const golden = await openSafetensors('fixtures/golden/golden-expected.safetensors');
      try {
        for (const seed of [0, 85]) {
          const expected = await golden.read(`${generator}.seed${seed}.z`);
          expect(Float32Array.from(new RandomState(seed).randn(expected.length))).toEqual(expected);
        }
      } finally {
        await golden.close();
      }
    },
  );
});

test('draws continue where the last ended', () => {
  const [whole, parts] = [new RandomState(7), new RandomState(7)];
  const expected = [...whole.randn(11)];
  expect([...parts.randn(3), ...parts.randn(0), ...parts.randn(8)]).toEqual(expected);
});

test('refuses what is no seed', () => {
  for (const seed of [-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => new RandomState(seed)).toThrow(expect.objectContaining({ code: 'SEED_OUT_OF_RANGE' }));
  }
});
