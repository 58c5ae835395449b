import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openEngine } from '../../src/engine/index.js';
import { morph, sharesOfMorph } from '../../src/explore/morph.js';
import { createRenderer } from '../../src/render/renderer.js';
import { blendCheckpoints, pairOf } from '../../src/swap/blend.js';
import { pairRecipe } from '../../src/swap/recipe/pair.js';
import { maxDifference } from '../support/golden.js';
import { randomGenerator } from '../support/random-generator.js';

test('α grows from 0 to 1, slowly at both ends, and goes back the same way', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 200 }), fc.boolean(), (frames, back) => {
      const amounts = sharesOfMorph({ frames, back });
      const there = back ? amounts.slice(0, amounts.length / 2 + 1) : amounts;
      expect([there[0], there.at(-1)]).toEqual([0, 1]);
      expect(there).toEqual(there.toSorted((a, b) => a - b));
      if (back) expect(amounts.slice(there.length)).toEqual(there.slice(1, -1).reverse());
      expect(Math.abs(amounts.length - frames)).toBeLessThanOrEqual(1);
    }),
  );
});

test('it begins with the picture of the base, and the middle of a film there and back is that of the blend', async () => {
  const engine = await openEngine({ device: 'cpu', threads: 1 });
  const [one, two] = [randomGenerator({ seed: 1 }), randomGenerator({ seed: 2 })];
  const renderer = await createRenderer(one, engine);
  const w = await renderer.w(3);
  const noise = renderer.noise('random', 5);
  const ws = Float32Array.from({ length: w.length * 6 }, (_, i) => w[i % w.length]!);
  const first = await renderer.picture(ws, noise);
  const blended = await createRenderer(blendCheckpoints(one, two, { swap: 8 }), engine);
  const last = await blended.picture(ws, noise);
  const frames: Uint8Array[] = [];
  const settings = {
    models: pairOf(one, two),
    recipe: pairRecipe({ swap: 8 }),
    latents: { w, noise },
    frames: 6,
  };
  for await (const { data } of morph(engine, settings)) frames.push(data);
  expect(frames).toHaveLength(6);
  expect(maxDifference(frames[0]!, first.data)).toBe(0);
  expect(maxDifference(frames[3]!, last.data)).toBe(0);
  expect(frames[5]).toBe(frames[1]);
  expect(maxDifference(frames[2]!, first.data)).toBeGreaterThan(0);
  await Promise.all([renderer.dispose(), blended.dispose()]);
});
