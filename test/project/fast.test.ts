import { afterAll, expect, test } from 'vitest';
import { openModel } from '../../src/checkpoint/names.js';
import { openEngine } from '../../src/engine/index.js';
import { fromPicture, toPicture } from '../../src/picture/picture.js';
import { createProjector } from '../../src/project/projector.js';
import { createRenderer } from '../../src/render/renderer.js';
import { maxDifference } from '../support/golden.js';
import { randomGenerator } from '../support/random-generator.js';

const engine = await openEngine({ device: 'cpu', threads: 2 });
const checkpoint = await openModel('toonhead');
const renderer = await createRenderer(checkpoint, engine);
const projector = await createProjector(checkpoint, engine);
const own = renderer.noise('const');

afterAll(async () => {
  await projector.dispose();
  await renderer.dispose();
  await checkpoint.close();
});

test.for([
  [0, 1],
  [1, 1],
  [2, 0.7],
] as const)('the w of seed %i at psi %f is found again from its 8-bit picture', async ([seed, psi]) => {
  const ws = await renderer.styles(seed, { psi });
  const w = ws.slice(0, renderer.space.dim);
  const image = await renderer.image(ws, own);
  const seen: number[] = [];
  const { best } = await projector.project(fromPicture(toPicture(image)), {
    onStep: ({ step, steps }) => {
      expect(step).toBeLessThan(steps);
      seen.push(step);
    },
  });
  expect(length(w.map((value, i) => value - best.w[i]!)) / length(w)).toBeLessThan(0.05);
  const clipped = (x: Float32Array) => x.map((value) => Math.min(Math.max(value, -1), 1));
  // 0.03 of 2 is 36 dB at worst.
  expect(maxDifference(clipped(best.image), clipped(image))).toBeLessThan(0.03);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

test('a search that is stopped while it looks at samples ends at once, and the next one is not the worse', async () => {
  const small = randomGenerator();
  const target = new Float32Array(3 * 16 * 16).fill(0.5);
  const [stopped, other] = [await createProjector(small, engine), await createProjector(small, engine)];
  const signal = AbortSignal.abort();
  await expect(stopped.project(target, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  const [found, expected] = [
    await stopped.project(target, { steps: 0 }),
    await other.project(target, { steps: 0 }),
  ];
  expect(found).toEqual(expected);
  await Promise.all([stopped.dispose(), other.dispose()]);
});

test('what is found renders as its picture; without its noise, as the generator alone shows it', async () => {
  const target = fromPicture(await renderer.picture(await renderer.styles(3), renderer.noise('random', 3)));
  const options = { profile: 'reference', steps: 5 } as const;
  const kept = await projector.project(target, options);
  const rows = (w: Float32Array) =>
    Float32Array.from({ length: renderer.space.rows * w.length }, (_, i) => w[i % w.length]!);
  expect(
    maxDifference(await renderer.image(rows(kept.best.w), kept.best.noise), kept.best.image),
  ).toBeLessThan(1e-4);
  const { best } = await projector.project(target, { ...options, discardNoise: true });
  expect(best.noise.size).toBe(0);
  expect(best.w).toEqual(kept.best.w);
  expect(maxDifference(await renderer.image(rows(best.w), own), best.image)).toBeLessThan(1e-4);
});

function length(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
