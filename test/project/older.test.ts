import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { openEngine } from '../../src/engine/index.js';
import { createProjector } from '../../src/project/projector.js';
import { createRenderer } from '../../src/render/renderer.js';
import { fixture, maxDifference } from '../support/golden.js';

const engine = await openEngine({ device: 'cpu', threads: 2 });

test('a PGGAN is searched in z, on the sphere of radius sqrt(dim)', async () => {
  const checkpoint = await openCheckpoint(fixture('golden/golden32-pggan.pkl'));
  const renderer = await createRenderer(checkpoint, engine);
  const projector = await createProjector(checkpoint, engine);
  const target = await renderer.image(await renderer.styles(85), renderer.noise('const'));
  const distances: number[] = [];
  const options = {
    profile: 'reference' as const,
    steps: 100,
    onStep: ({ distance }: { distance: number }) => void distances.push(distance),
  };
  const { best, last } = await projector.project(target, options);
  expect(best.distance).toBeLessThan(distances[0]! / 100);
  const length = Math.sqrt(last.w.reduce((sum, value) => sum + value * value, 0));
  expect(Math.abs(length - Math.sqrt(32))).toBeLessThan(1e-4);
  expect(best.noise.size).toBe(0);
  const found = await renderer.image(best.w, renderer.noise('const'));
  expect(maxDifference(found, target)).toBeLessThan(0.1);
  await projector.dispose();
  await renderer.dispose();
  await checkpoint.close();
});

test('a StyleGAN is searched in W, with its noise maps', async () => {
  const checkpoint = await openCheckpoint(fixture('golden/golden32-stylegan1.pkl'));
  const renderer = await createRenderer(checkpoint, engine);
  const projector = await createProjector(checkpoint, engine);
  const target = await renderer.image(await renderer.styles(85, { psi: 0.7 }), renderer.noise('const'));
  const distances: number[] = [];
  const options = {
    profile: 'reference' as const,
    steps: 100,
    onStep: ({ distance }: { distance: number }) => void distances.push(distance),
  };
  const { best } = await projector.project(target, options);
  expect(best.distance).toBeLessThan(distances[0]! / 5);
  expect([...best.noise.keys()]).toEqual([...renderer.noise('const').keys()]);
  await projector.dispose();
  await renderer.dispose();
  await checkpoint.close();
});
