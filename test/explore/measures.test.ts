import { afterAll, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { openEngine } from '../../src/engine/index.js';
import { deviationPicture, noiseStudy } from '../../src/explore/noise-study.js';
import { styleMix } from '../../src/explore/style-mix.js';
import { resolutionUsage } from '../../src/explore/usage.js';
import { createRenderer } from '../../src/render/renderer.js';
import { fixture, maxDifference } from '../support/golden.js';

const engine = await openEngine({ device: 'cpu', threads: 2 });
const model = await openCheckpoint(fixture('golden/golden32.pkl'));
const renderer = await createRenderer(model, engine);
afterAll(() => renderer.dispose());

test('a mix with no styles is the row, with all of them the column', async () => {
  const face = async (seed: number) => renderer.picture(await renderer.styles(seed), renderer.noise('const'));
  const all = Array.from({ length: renderer.space.rows }, (_, i) => i);
  for (const [styles, seed] of [
    [[], 1],
    [all, 2],
  ] as const) {
    const { mixed, ofRows, ofColumns } = await styleMix(renderer, { rows: [1], columns: [2], styles });
    expect(maxDifference(mixed[0]![0]!.data, (await face(seed)).data)).toBe(0);
    expect(maxDifference(ofRows[0]!.data, (await face(1)).data)).toBe(0);
    expect(maxDifference(ofColumns[0]!.data, (await face(2)).data)).toBe(0);
  }
  // Fine styles change colours, coarse ones everything: neither leaves the row as it was.
  const [coarse, fine] = [[0, 1, 2], all.slice(4)];
  const kept = await styleMix(renderer, { rows: [1], columns: [2], styles: coarse });
  const other = await styleMix(renderer, { rows: [2], columns: [1], styles: all.slice(3) });
  expect(maxDifference(kept.mixed[0]![0]!.data, other.mixed[0]![0]!.data)).toBe(0);
  await expect(styleMix(renderer, { rows: [1], columns: [2], styles: [...fine, 99] })).rejects.toMatchObject({
    code: 'STYLES_OUT_OF_RANGE',
  });
});

test('noise above no resolution is all of it, up to the last as well; random noise moves pixels', async () => {
  const study = await noiseStudy(renderer, 3, { draws: 3, split: 32 });
  expect(maxDifference(study.coarse.data, study.all.data)).toBe(0);
  expect(maxDifference(study.fine.data, study.none.data)).toBe(0);
  expect(maxDifference(study.all.data, study.none.data)).toBeGreaterThan(0);
  // Against the plain two-pass formula.
  const ws = await renderer.styles(3);
  const draws: Float32Array[] = [];
  for (const seed of [0, 1, 2]) draws.push(await renderer.image(ws, renderer.noise('random', seed)));
  const pixels = study.deviation.length;
  for (const at of [0, 17, pixels - 1]) {
    const variances = [0, 1, 2].map((channel) => {
      const values = draws.map((image) => image[channel * pixels + at]! * 127.5);
      const mean = values.reduce((a, b) => a + b) / 3;
      return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2;
    });
    expect(study.deviation[at]).toBeCloseTo(Math.sqrt(variances.reduce((a, b) => a + b) / 3), 3);
  }
  const map = deviationPicture(Float32Array.from([0, 1, 2, 4]), 2);
  expect([...map.data.filter((_, i) => i % 3 === 0)]).toEqual([0, 127, 255, 255]);
});

test('shares of the resolutions add up; generators with one toRGB are refused', async () => {
  const usage = await resolutionUsage(model, engine, { seeds: [0, 1, 2] });
  expect(usage.map(({ resolution }) => resolution)).toEqual([4, 8, 16, 32]);
  expect(usage.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
  expect(usage.every(({ deviation }) => deviation > 0)).toBe(true);
  const older = await openCheckpoint(fixture('golden/golden32-pggan.pkl'));
  await expect(resolutionUsage(older, engine, { seeds: [0] })).rejects.toMatchObject({
    code: 'ARCHITECTURE_NOT_RENDERED',
  });
  await older.close();
});
