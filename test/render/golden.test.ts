import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { createRenderer } from '../../src/render/renderer.js';
import { blendCheckpoints } from '../../src/swap/blend.js';
import { ONNX_ENGINES } from '../engine/engines.js';
import { fixture, goldenBytes, goldenTensors, maxDifference } from '../support/golden.js';

const expected = await goldenTensors('golden-expected.safetensors');
const generators = [
  { name: 'golden32', classIndex: undefined },
  { name: 'golden32-tuned', classIndex: undefined },
  { name: 'golden64-cond', classIndex: 2 },
];

describe.each(ONNX_ENGINES)('%s', async (_, open) => {
  const engine = await open();

  for (const { name, classIndex } of generators) {
    test(`${name} renders what the reference implementation renders`, async () => {
      const checkpoint = await openCheckpoint(fixture(`golden/${name}.pkl`));
      const renderer = await createRenderer(checkpoint, engine);
      for (const seed of [0, 85]) {
        const want = (key: string) => expected.get(`${name}.seed${seed}.${key}`)!;
        const ws = await renderer.styles(seed, { psi: 0.7, classIndex });
        expect(maxDifference(await renderer.w(seed, classIndex), want('w'))).toBeLessThan(1e-5);
        expect(maxDifference(ws.subarray(0, want('w').length), want('w_psi07'))).toBeLessThan(1e-5);
        const image = await renderer.image(ws, renderer.noise('const'));
        expect(maxDifference(image, want('image_psi07'))).toBeLessThan(1e-4);
        const bare = await renderer.image(ws, renderer.noise('none'));
        expect(maxDifference(bare, want('image_psi07_no_noise'))).toBeLessThan(1e-4);

        const picture = await renderer.picture(ws, renderer.noise('const'));
        const png = await goldenBytes(`${name}-seed${String(seed).padStart(4, '0')}.png`);
        expect(
          maxDifference(picture.data, await sharp(png).removeAlpha().raw().toBuffer()),
        ).toBeLessThanOrEqual(1);
      }
      await renderer.dispose();
      await checkpoint.close();
    });
  }

  test.each([4, 8, 16])(
    'the blend with swap %i renders what the reference implementation renders',
    async (swap) => {
      const base = await openCheckpoint(fixture('golden/golden32.pkl'));
      const transfer = await openCheckpoint(fixture('golden/golden32-tuned.pkl'));
      const blend = blendCheckpoints(base, transfer, { swap });
      const renderer = await createRenderer(blend, engine);
      const image = await renderer.image(await renderer.styles(85, { psi: 0.7 }), renderer.noise('const'));
      expect(maxDifference(image, expected.get(`blend.swap${swap}.seed85.image_psi07`)!)).toBeLessThan(1e-4);
      await renderer.dispose();
      await blend.close();
    },
  );

  test('random noise follows its seed and differs from the fixed noise', async () => {
    const checkpoint = await openCheckpoint(fixture('golden/golden32.pkl'));
    const renderer = await createRenderer(checkpoint, engine);
    const ws = await renderer.styles(0);
    const image = (seed: number) => renderer.image(ws, renderer.noise('random', seed));
    expect(maxDifference(await image(1), await image(1))).toBe(0);
    expect(maxDifference(await image(1), await image(2))).toBeGreaterThan(1e-3);
    await renderer.dispose();
    await checkpoint.close();
  });
});
