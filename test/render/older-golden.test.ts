import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { createRenderer } from '../../src/render/renderer.js';
import { ONNX_ENGINES } from '../engine/engines.js';
import { fixture, goldenBytes, goldenTensors, maxDifference } from '../support/golden.js';

describe.each(ONNX_ENGINES)('%s', async (_, open) => {
  const engine = await open();

  for (const name of ['golden32-stylegan1', 'golden32-pggan']) {
    test(`${name} renders what the reference implementation renders`, async () => {
      const expected = await goldenTensors(`${name}-expected.safetensors`);
      const checkpoint = await openCheckpoint(fixture(`golden/${name}.pkl`));
      const renderer = await createRenderer(checkpoint, engine);
      const noise = renderer.noise('const');
      for (const seed of [0, 85]) {
        const want = (key: string) => expected.get(`seed${seed}.${key}`)!;
        if (name === 'golden32-pggan') {
          const image = await renderer.image(await renderer.styles(seed), noise);
          expect(maxDifference(image, want('image'))).toBeLessThan(1e-4);
        } else {
          expect(maxDifference(await renderer.w(seed), want('w'))).toBeLessThan(1e-5);
          for (const cutoff of [undefined, 8]) {
            const image = await renderer.image(await renderer.styles(seed, { psi: 0.7, cutoff }), noise);
            expect(maxDifference(image, want('image_psi07_cutoff8'))).toBeLessThan(1e-4);
          }
        }
        const psi = renderer.space.name === 'w' ? 0.7 : 1;
        const picture = await renderer.picture(await renderer.styles(seed, { psi }), noise);
        const png = await goldenBytes(`${name}-seed${String(seed).padStart(4, '0')}.png`);
        const pixels = await sharp(png).removeAlpha().raw().toBuffer();
        expect(maxDifference(picture.data, pixels)).toBeLessThanOrEqual(1);
      }
      await renderer.dispose();
      await checkpoint.close();
    });
  }
});
