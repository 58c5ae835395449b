import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diffCheckpoints } from '../../src/checkpoint/inspect/diff.js';
import { inspectFile, statisticsOf, tensorStatistics } from '../../src/checkpoint/inspect/inspect.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { fixture } from '../support/golden.js';
import { bytesOf } from '../support/memory-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test('describes a training snapshot', async () => {
  const found = await inspectFile(fixture('golden/golden32.pkl'));
  expect(found).toMatchObject({
    container: 'pickle',
    format: 'stylegan2-ada-pytorch',
    wrappings: [],
    size: 480739,
  });
  expect(found.networks.map(({ name }) => name)).toEqual(['G_ema', 'G', 'D']);
  const [generator, , discriminator] = found.networks;
  expect(generator).toMatchObject({ tensors: 75, problem: undefined, dtypes: new Map([['f32', 75]]) });
  expect(generator!.resolutions.map(({ resolution }) => resolution)).toEqual([null, 4, 8, 16, 32]);
  expect(generator!.bytes).toBe(generator!.parameters * 4);
  expect(discriminator!.architecture?.family).toBe('discriminator');
  expect(found.security!.unusual).toEqual([]);
  expect(found.security!.usual.map(({ name }) => name)).toContain(
    'torch_utils.persistence._reconstruct_persistent_obj',
  );
  expect(found.security!.code.length).toBeGreaterThan(0);
});

test('has no security report for safetensors, and one for TensorFlow', async () => {
  expect((await inspectFile(fixture('generators/toonhead.safetensors'))).security).toBeUndefined();
  const { security } = await inspectFile(fixture('golden/golden32-tf.pkl'));
  expect(security!.unusual).toEqual([]);
  expect(security!.code.map(({ name }) => name)).toEqual(expect.arrayContaining(['G_main', 'G_mapping']));
});

test('names what should not be in a checkpoint', async () => {
  const path = join(await temporaryFolder(), 'x.pkl');
  const call = "cos\nsystem\n(S'echo'\ntR0";
  writeFileSync(
    path,
    bytesOf(
      '\x80\x02',
      call,
      '}U\x05G_emactorch_utils.persistence\n_reconstruct_persistent_obj\n(}(U\x05state}U\x08_modules}sU\x0amodule_srcU\x04codeU\x0aclass_nameU\x01GutRs.',
    ),
  );
  const { security, networks } = await inspectFile(path);
  expect(security!.unusual).toEqual([{ name: 'os.system', count: 1 }]);
  expect(security!.code).toEqual([{ name: 'G', size: 4, uses: 1 }]);
  expect(networks[0]).toMatchObject({
    architecture: undefined,
    problem: expect.stringContaining('StyleGAN2'),
  });
});

describe('statistics', () => {
  test('of some values', () => {
    const values = Float32Array.of(1, 3, Number.NaN, Number.POSITIVE_INFINITY, 5);
    const found = statisticsOf(values);
    expect(found).toMatchObject({ mean: 3, min: 1, max: 5, nan: 1, infinite: 1 });
    expect(found.deviation).toBeCloseTo(Math.sqrt(8 / 3), 12);
    expect(statisticsOf(new Float32Array(0)).mean).toBeNaN();
    expect(statisticsOf(new Float32Array(1000).fill(16777216)).deviation).toBe(0);
  });

  test('of every tensor', async () => {
    const checkpoint = await openCheckpoint(fixture('golden/golden32.pkl'));
    const names: string[] = [];
    for await (const { name, nan, deviation } of tensorStatistics(checkpoint)) {
      names.push(name);
      expect(nan).toBe(0);
      expect(deviation).toBeGreaterThanOrEqual(0);
    }
    expect(names).toEqual([...checkpoint.tensors.keys()]);
    await checkpoint.close();
  });
});

describe('differences', () => {
  const open = (name: string) => openCheckpoint(fixture(`golden/${name}`));

  test('of a fine-tuned model', async () => {
    const [a, b] = await Promise.all([open('golden32.pkl'), open('golden32-tuned.pkl')]);
    const diff = await diffCheckpoints(a, b);
    expect(diff.sameArchitecture).toBe(true);
    expect(diff.resolutions.map(({ resolution }) => resolution)).toEqual([null, 4, 8, 16, 32]);
    for (const { distance } of diff.resolutions) expect(distance).toBeGreaterThan(0);
    const same = await diffCheckpoints(a, a);
    expect(same.tensors.every(({ identical, distance }) => identical && distance === 0)).toBe(true);
    await Promise.all([a.close(), b.close()]);
  });

  test('of different architectures', async () => {
    const [a, b] = await Promise.all([open('golden32.pkl'), open('golden64-cond.pkl')]);
    const diff = await diffCheckpoints(a, b);
    expect(diff.sameArchitecture).toBe(false);
    expect(diff.unmatched.length).toBeGreaterThan(10);
    await Promise.all([a.close(), b.close()]);
  });
});
