import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { openEngine } from '../../src/engine/index.js';
import { createProjector } from '../../src/project/projector.js';
import { fixture, goldenTensors } from '../support/golden.js';

const engine = await openEngine({ device: 'cpu', threads: 2 });

test('W+ has a w for each layer, comes closer than W, and stays the nearer to the average the stronger the pull', async () => {
  const target = (await goldenTensors('golden-projection.safetensors')).get('target')!;
  const checkpoint = await openCheckpoint(fixture('golden/golden32.pkl'));
  const found = async (space: 'w' | 'w+', pull: number) => {
    const projector = await createProjector(checkpoint, engine, { space, pull });
    const { best } = await projector.project(target, { profile: 'reference', steps: 40 });
    const { wAvg } = projector.statistics;
    await projector.dispose();
    const spread = best.w.reduce((sum, value, i) => sum + (value - wAvg[i % wAvg.length]!) ** 2, 0);
    return { ...best, spread };
  };
  const [inW, free, pulled] = [await found('w', 0), await found('w+', 0), await found('w+', 0.1)];
  expect([inW.w.length, free.w.length]).toEqual([32, 8 * 32]);
  expect(free.distance).toBeLessThan(inW.distance);
  expect(pulled.spread).toBeLessThan(free.spread);
  await checkpoint.close();
});

test('a PGGAN has no W+', async () => {
  const checkpoint = await openCheckpoint(fixture('golden/golden32-pggan.pkl'));
  await expect(createProjector(checkpoint, engine, { space: 'w+' })).rejects.toMatchObject({
    code: 'SPACE_MEANINGLESS',
  });
  await checkpoint.close();
});
