import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { type Engine, keptValues, openEngine } from '../../src/engine/index.js';
import { pixelLoss } from '../../src/metric/loss.js';
import type { Profile } from '../../src/project/profile.js';
import { createProjector, type ProjectorSettings } from '../../src/project/projector.js';
import { fixture, goldenTensors } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const { target } = Object.fromEntries(await goldenTensors('golden-projection.safetensors'));

/** An engine with the folder, and how many programs it was given to build. */
async function counting(folder: string): Promise<{ engine: Engine; built: () => number }> {
  const engine = await openEngine({ device: 'cpu', threads: 1, cache: { folder } });
  let count = 0;
  const compile: Engine['compile'] = async (what) => {
    if (!('build' in what)) return engine.compile(what);
    const build = async () => {
      count++;
      return what.build();
    };
    return engine.compile({ key: what.key, build });
  };
  return { engine: { ...engine, compile }, built: () => count };
}

const path = fixture('golden/golden32.pkl');

async function searched(engine: Engine, settings: ProjectorSettings = {}, profile: Profile = 'reference') {
  const checkpoint = await openCheckpoint(path);
  const projector = await createProjector(checkpoint, engine, settings);
  await checkpoint.close();
  const losses: number[] = [];
  const onStep = ({ loss }: { loss: number }) => void losses.push(loss);
  const { last } = await projector.project(target!, { profile, steps: 2, onStep });
  const result = { statistics: projector.statistics, losses, w: last.w };
  await projector.dispose();
  return result;
}

test('the second search of a generator builds nothing, and is the same to the last bit', async () => {
  const folder = await temporaryFolder();
  const bare = await searched(await openEngine({ device: 'cpu', threads: 1 }), {}, 'fast');
  const [first, second] = [await counting(folder), await counting(folder)];
  expect(await searched(first.engine, {}, 'fast')).toEqual(bare);
  expect(first.built()).toBeGreaterThan(4);
  const kept = await readdir(folder);
  expect(await searched(second.engine, {}, 'fast')).toEqual(bare);
  expect(second.built()).toBe(0);
  expect(await readdir(folder)).toEqual(kept);
});

test('another loss, space, pull or weight of the noise is another step', async () => {
  const folder = await temporaryFolder();
  const all: ProjectorSettings[] = [
    { loss: pixelLoss },
    { space: 'w+' },
    { space: 'w+', pull: 1 },
    { noiseWeight: 1 },
  ];
  for (const settings of all) {
    const [first, second] = [await counting(folder), await counting(folder)];
    const result = await searched(first.engine, settings);
    expect(first.built()).toBeGreaterThan(0);
    expect(await searched(second.engine, settings)).toEqual(result);
    expect(second.built()).toBe(0);
  }
});

test('a loss that is not plain is not kept', async () => {
  const folder = await temporaryFolder();
  const [first, second] = [await counting(folder), await counting(folder)];
  const loss = { ...pixelLoss, isPlain: false };
  const result = await searched(first.engine, { loss });
  expect(await searched(second.engine, { loss })).toEqual(result);
  expect(await searched(second.engine)).not.toEqual(result);
});

test('values are kept where the engine keeps, and computed where it does not or where that fails', async () => {
  let computed = 0;
  const compute = async () => {
    computed++;
    return { a: Float32Array.of(1, 2), b: Float32Array.from({ length: 5000 }, (_, k) => k / 7) };
  };
  const { engine } = await counting(await temporaryFolder());
  const expected = await compute();
  expect(await keptValues(engine, 'values', compute)).toEqual(expected);
  expect(await keptValues(engine, 'values', compute)).toEqual(expected);
  expect(computed).toBe(2);
  await keptValues(engine, undefined, compute);
  await keptValues(await openEngine({ device: 'cpu' }), 'values', compute);
  expect(computed).toBe(4);
  const failing = async () => Promise.reject(new Error('stopped'));
  await expect(keptValues(engine, 'others', failing)).rejects.toThrow('stopped');
  expect(await keptValues(engine, 'others', compute)).toEqual(expected);
});
