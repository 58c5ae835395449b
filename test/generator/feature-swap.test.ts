import { afterAll, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { openEngine } from '../../src/engine/index.js';
import { withFeaturesOf } from '../../src/generator/feature-swap.js';
import { loadGenerator } from '../../src/generator/load-generator.js';
import { createRenderer, type Renderer, rendererOf } from '../../src/render/renderer.js';
import { blendCheckpoints } from '../../src/swap/blend.js';
import { fixture, goldenTensors, maxDifference } from '../support/golden.js';

const engine = await openEngine({ device: 'cpu', threads: 2 });
const base = await openCheckpoint(fixture('golden/golden32.pkl'));
const other = await openCheckpoint(fixture('golden/golden32-tuned.pkl'));
const [own, theirs] = [await loadGenerator(base), await loadGenerator(other)];
afterAll(() => Promise.all([base.close(), other.close()]));

async function imageOf(renderer: Renderer): Promise<Float32Array> {
  const image = await renderer.image(await renderer.styles(85, { psi: 0.7 }), renderer.noise('const'));
  await renderer.dispose();
  return image;
}

const swapped = async (at: number, amount: number) =>
  imageOf(await rendererOf(withFeaturesOf(own, theirs, { at, amount }), engine));

test('all features of the other network are the swap of its weights, as the reference implementation renders it', async () => {
  const expected = await goldenTensors('golden-expected.safetensors');
  for (const at of [4, 16]) {
    const golden = expected.get(`blend.swap${at}.seed85.image_psi07`)!;
    expect(maxDifference(await swapped(at, 1), golden)).toBeLessThan(1e-4);
  }
});

test('none of them is the base; halves lie between, and are not the blend of the weights', async () => {
  const image = await imageOf(await createRenderer(base, engine));
  expect(maxDifference(await swapped(8, 0), image)).toBeLessThan(1e-5);
  // Close to the ends as the amount is.
  const near = maxDifference(await swapped(8, 0.001), image);
  expect(near).toBeGreaterThan(0);
  expect(near).toBeLessThan(maxDifference(await swapped(8, 0.5), image) / 20);
  const half = await swapped(32, 0.5);
  // After the last resolution there are only the pictures to mix.
  const whole = await imageOf(await createRenderer(otherOnBase(), engine));
  const mean = image.map((value, i) => (value + whole[i]!) / 2);
  expect(maxDifference(half, mean)).toBeLessThan(1e-4);
});

/** The other network with the base's mapping and noise. */
function otherOnBase() {
  return blendCheckpoints(base, other, { swap: 32 });
}

test('only at a resolution that there is', () => {
  expect(() => withFeaturesOf(own, theirs, { at: 64, amount: 1 })).toThrow(
    /expected a resolution of the model/,
  );
  expect(() => withFeaturesOf(own, theirs, { at: 8, amount: Number.NaN })).toThrow(/finite/);
});
