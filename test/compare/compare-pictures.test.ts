import { beforeEach, expect, test } from 'vitest';
import { compareImages, comparePictures } from '../../src/compare/compare-pictures.js';
import { availableMetrics, lpipsMetric, openMetric } from '../../src/compare/metrics.js';
import { openEngine } from '../../src/engine/index.js';
import { loadLpips } from '../../src/metric/lpips/load.js';
import { addModel } from '../../src/models/index.js';
import type { Picture } from '../../src/picture/picture.js';
import { freshHome } from '../models/home.js';
import { fixture, goldenTensors, relativeDifference } from '../support/golden.js';

const engine = await openEngine({ device: 'cpu', threads: 2 });
const SQUEEZE = {
  trunk: fixture('golden/lpips/squeeze-random-trunk.pth'),
  lin: fixture('golden/lpips/squeeze-random-lin.pth'),
};

beforeEach(async () => {
  await freshHome();
});

function picture(width: number, height: number, level: (i: number) => number): Picture {
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => level(i)) };
}

test('LPIPS of pictures as numbers is that of the reference', async () => {
  const golden = await goldenTensors('lpips/squeeze-expected.safetensors');
  const [a, b] = ['image0', 'image1'].map((name) => golden.get(name)!);
  const size = { width: 64, height: 64 };
  const metric = lpipsMetric(await loadLpips('lpips-squeeze', SQUEEZE));
  const [result] = await compareImages(a!, b!, size, [metric], engine);
  expect(relativeDifference([result!.distance], golden.get('distance')!)).toBeLessThan(1e-5);
});

test('every metric is 0 for equal pictures, the same both ways, and more where more differs', async () => {
  await addModel('lpips-squeeze', SQUEEZE.lin);
  await addModel('squeezenet1_1', SQUEEZE.trunk);
  const [a, near, far] = [0, 12, 60].map((size) =>
    picture(32, 48, (i) => 128 + Math.round(60 * Math.sin(i / 7)) + ((i * 7919) % 5) * Math.round(size / 5)),
  );
  const { metrics, absent } = await availableMetrics(a!);
  expect(metrics.map(({ name }) => name)).toEqual(['lpips-squeeze', 'pyramid', 'pixel']);
  expect(absent.map(({ metric }) => metric)).toEqual(['lpips-vgg', 'lpips-alex']);
  const compare = async (x: Picture, y: Picture) =>
    (await comparePictures(x, y, metrics, engine)).map(({ distance }) => distance);
  const [equal, little, back, much] = [
    await compare(a!, a!),
    await compare(a!, near!),
    await compare(near!, a!),
    await compare(a!, far!),
  ];
  expect(equal).toEqual([0, 0, 0]);
  for (const k of metrics.keys()) {
    expect(little[k]).toBeGreaterThan(0);
    expect(Math.abs(back[k]! / little[k]! - 1)).toBeLessThan(1e-4);
    expect(much[k]).toBeGreaterThan(little[k]!);
  }
});

test('pixel is the mean squared difference, of pictures of any proportions', async () => {
  const metrics = [await openMetric('pixel', { width: 5, height: 3 })];
  const [black, white] = [picture(5, 3, () => 0), picture(5, 3, () => 255)];
  expect(await comparePictures(black, white, metrics, engine)).toEqual([{ metric: 'pixel', distance: 4 }]);
});

test('pictures that a metric is not for are refused, and left out where nobody asked for it', async () => {
  const odd = { width: 30, height: 18 };
  await expect(openMetric('pyramid', odd)).rejects.toMatchObject({ code: 'METRIC_NOT_FOR_SIZE' });
  await expect(openMetric('lpips-alex', odd)).rejects.toThrow(/at least 31 px, found 30 x 18 px/);
  await expect(openMetric('lpips-vgg', { width: 5000, height: 1000 })).rejects.toThrow(/at most 2048 x 2048/);
  const { metrics, absent } = await availableMetrics(odd);
  expect([metrics.length, absent.length]).toEqual([1, 4]);
  const unlike = comparePictures(
    picture(2, 2, () => 0),
    picture(2, 3, () => 0),
    metrics,
    engine,
  );
  await expect(unlike).rejects.toMatchObject({ code: 'PICTURE_SIZES' });
});
