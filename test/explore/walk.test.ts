import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { openEngine } from '../../src/engine/index.js';
import { type WalkSettings, walk } from '../../src/explore/walk.js';
import type { Picture } from '../../src/picture/picture.js';
import { createRenderer } from '../../src/render/renderer.js';
import { fixture, maxDifference } from '../support/golden.js';

const engine = await openEngine({ device: 'cpu', threads: 2 });
const renderer = await createRenderer(await openCheckpoint(fixture('golden/golden32.pkl')), engine);

async function framesOf(options: WalkSettings): Promise<Picture[]> {
  const frames: Picture[] = [];
  for await (const frame of walk(renderer, { psi: 0.7, ...options })) frames.push(frame);
  return frames;
}

async function face(seed: number): Promise<Picture> {
  return renderer.picture(await renderer.styles(seed, { psi: 0.7 }), renderer.noise('const'));
}

const apart = (a: Picture, b: Picture) => maxDifference(a.data, b.data);

test.each(['linear', 'spherical'] as const)('a %s walk passes the faces of its seeds', async (path) => {
  for (const ease of [false, true]) {
    const open = await framesOf({ seeds: [0, 85, 3], frames: 5, path, closed: false, ease });
    for (const [frame, seed] of [
      [0, 0],
      [2, 85],
      [4, 3],
    ] as const) {
      expect(apart(open[frame]!, await face(seed))).toBeLessThanOrEqual(1);
    }
    expect(apart(open[1]!, open[0]!)).toBeGreaterThan(1);
  }
  const closed = await framesOf({ seeds: [0, 85], frames: 4, path });
  expect(apart(closed[2]!, await face(85))).toBeLessThanOrEqual(1);
  expect(apart(closed[1]!, closed[3]!)).toBeLessThanOrEqual(1);
});

test('a circle begins at the first seed, has the second at a quarter, and ends where it began', async () => {
  const frames = await framesOf({ seeds: [0, 85], frames: 8, path: 'circular' });
  expect(apart(frames[0]!, await face(0))).toBeLessThanOrEqual(1);
  expect(apart(frames[2]!, await face(85))).toBeLessThanOrEqual(1);
  const steps = frames.map((frame, i) => apart(frame, frames[(i + 1) % frames.length]!));
  expect(Math.max(...steps)).toBeLessThan(256);
});

test('looping noise moves and comes back, random noise stays', async () => {
  const seeds = [0, 0 + 1];
  const still = await framesOf({ seeds, frames: 4, path: 'circular', noise: 'random', noiseSeed: 4 });
  const looping = await framesOf({ seeds, frames: 4, path: 'circular', noise: 'looping', noiseSeed: 4 });
  expect(apart(still[0]!, looping[0]!)).toBe(0);
  expect(apart(still[1]!, looping[1]!)).toBeGreaterThan(0);
});
