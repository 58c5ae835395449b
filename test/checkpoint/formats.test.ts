import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Checkpoint, requireStyleGan2, resolutionOf } from '../../src/checkpoint/checkpoint.js';
import { openCheckpointFile } from '../../src/checkpoint/checkpoint-file.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { type TensorSource, writeSafetensors } from '../../src/formats/safetensors/write.js';
import { blendCheckpoints } from '../../src/swap/blend.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { expectSameTensors } from './same-tensors.js';
import { unzip, zipOf } from './zip-of.js';

const golden32 = () => openCheckpoint(fixture('golden/golden32.pkl'));

/** Writes tensors of a checkpoint under other names. */
async function renamed(checkpoint: Checkpoint, rename: (name: string) => string): Promise<string> {
  const path = join(await temporaryFolder(), 'renamed');
  const tensors = [...checkpoint.tensors.values()].map(
    ({ name, shape }): TensorSource => ({ name: rename(name), shape, read: () => checkpoint.read(name) }),
  );
  await writeSafetensors(path, { tensors });
  return path;
}

describe.each([
  ['golden32-rosinality.pt', 'torch-zip', 'rosinality'],
  ['golden32-rosinality-legacy.pt', 'torch-legacy', 'rosinality'],
  ['golden32-tf.pkl', 'pickle', 'tensorflow'],
] as const)('%s', (name, container, format) => {
  test('is golden32, bit for bit', async () => {
    const [original, variant] = await Promise.all([golden32(), openCheckpoint(fixture(`golden/${name}`))]);
    expect(variant.architecture).toEqual(original.architecture);
    await expectSameTensors(variant, original);
    await Promise.all([original.close(), variant.close()]);
  });

  test('is known by its content, also in archives', async () => {
    const bytes = readFileSync(fixture(`golden/${name}`));
    const path = join(await temporaryFolder(), 'renamed.txt');
    const cases: [Uint8Array, string[]][] = [
      [bytes, []],
      [gzipSync(bytes), ['gzip']],
      [zipOf([['nets/generator.pkl', bytes]]), ['zip']],
      [
        zipOf([
          ['generator.pt', bytes, 'deflated'],
          ['__MACOSX/._x', Buffer.from('x')],
        ]),
        ['zip'],
      ],
      [gzipSync(zipOf([['readme', bytes]])), ['gzip', 'zip']],
    ];
    const original = await golden32();
    for (const [content, wrappings] of cases) {
      writeFileSync(path, content);
      const file = await openCheckpointFile(path);
      expect(file).toMatchObject({ container, format, wrappings, size: content.length });
      await expectSameTensors(await file.checkpoint(), original);
      await file.close();
    }
    await original.close();
  });
});

test.each(['generator.', 'g_ema.', 'module.', 'module.generator.'])(
  'safetensors with names %s…',
  async (prefix) => {
    const original = await golden32();
    const variant = await openCheckpoint(await renamed(original, (name) => prefix + name));
    await expectSameTensors(variant, original);
    await Promise.all([original.close(), variant.close()]);
  },
);

test('the networks of a training snapshot by any of their names', async () => {
  const file = await openCheckpointFile(fixture('golden/golden32.pkl'));
  expect(file.networks).toEqual(['G_ema', 'G', 'D']);
  expect((await file.checkpoint('Gs')).origin.network).toBe('G_ema');
  expect((await file.checkpoint('discriminator')).architecture.family).toBe('discriminator');
  await file.close();
  const tensorflow = await openCheckpointFile(fixture('golden/golden32-tf.pkl'));
  expect(tensorflow.networks).toEqual(['G_ema', 'G', 'D']);
  await tensorflow.close();
});

test('a discriminator has blocks of the same resolutions', async () => {
  const discriminator = await openCheckpoint(fixture('golden/golden32.pkl'), { network: 'D' });
  const resolutions = new Set([...discriminator.tensors.keys()].map(resolutionOf));
  expect([...resolutions].filter((r) => r !== null).sort((a, b) => a - b)).toEqual([4, 8, 16, 32]);
  expect(resolutionOf('b4.out.weight')).toBe(4);
  await discriminator.close();
});

describe('older generators', () => {
  test('StyleGAN', async () => {
    const generator = await openCheckpoint(fixture('golden/golden32-stylegan1.pkl'));
    expect(generator.architecture).toMatchObject({
      family: 'stylegan1',
      resolution: 32,
      zDim: 32,
      wDim: 32,
      mappingLayers: 4,
    });
    expect(generator.tensors.get('synthesis/16x16/Conv0_up/weight')!.shape).toEqual([16, 24, 3, 3]);
    expect(resolutionOf('synthesis/8x8/ToRGB_lod2/weight')).toBe(8);
    expect(generator.tensors.has('synthesis/8x8/ToRGB_lod2/weight')).toBe(true);
    expect(resolutionOf('synthesis/noise5')).toBe(16);
    expect(resolutionOf('mapping/Dense0/weight')).toBe(null);
    expect(() => requireStyleGan2(generator)).toThrow(
      expect.objectContaining({
        code: 'ARCHITECTURE_NOT_RENDERED',
        message: expect.stringContaining('StyleGAN generator'),
      }),
    );
    await generator.close();
  });

  test('PGGAN', async () => {
    const generator = await openCheckpoint(fixture('golden/golden32-pggan.pkl'));
    expect(generator.architecture).toEqual({
      family: 'pggan',
      resolution: 32,
      zDim: 32,
      classes: 0,
      channels: new Map([
        [4, 24],
        [8, 24],
        [16, 16],
        [32, 8],
      ]),
      fused: false,
    });
    // The picture of seed 0 says that the weights are right; here, that the toRGB of the last resolution is found.
    expect(generator.tensors.get('32x32/ToRGB_lod0/weight')!.shape).toEqual([3, 8, 1, 1]);
    await generator.close();
  });

  test.each(['golden32-stylegan1.pkl', 'golden32-pggan.pkl'])(
    '%s blends tensor by tensor, and is written',
    async (name) => {
      const a = await openCheckpoint(fixture(`golden/${name}`));
      const b = await openCheckpoint(fixture(`golden/${name}`), { network: 'G' });
      const blend = blendCheckpoints(a, b, { swap: 8, ramp: 1 });
      await expectSameTensors(blend, a);
      const path = await renamed(blend, (tensor) => tensor);
      const again = await openCheckpoint(path);
      expect(again.architecture).toEqual(a.architecture);
      await expectSameTensors(again, a);
      await Promise.all([again.close(), blend.close()]);
    },
  );

  test('StyleGAN3 and lucidrains by their names', async () => {
    const path = join(await temporaryFolder(), 'x');
    const tensor = (name: string, shape: number[]): TensorSource => ({
      name,
      shape,
      read: async () => new Float32Array(shape.reduce((a, b) => a * b, 1)),
    });
    const write = (tensors: TensorSource[]) => writeSafetensors(path, { tensors, force: true });
    await write([
      tensor('mapping.fc0.weight', [16, 8]),
      tensor('synthesis.input.weight', [4, 4]),
      tensor('synthesis.L0_36_4.weight', [4, 4, 3, 3]),
      tensor('synthesis.L1_256_3.weight', [3, 4, 1, 1]),
    ]);
    const third = await openCheckpoint(path);
    expect(third.architecture).toMatchObject({ family: 'stylegan3', resolution: 256, zDim: 8, wDim: 16 });
    await third.close();
    const names = ['S.net.0', 'SE.net.0'].map((name) => tensor(`${name}.weight`, [8, 8]));
    for (const g of ['G', 'GE']) {
      for (const i of [0, 1]) {
        names.push(
          tensor(`${g}.blocks.${i}.to_style1.weight`, [6, 8]),
          tensor(`${g}.blocks.${i}.conv2.weight`, [6 - i, 6, 3, 3]),
        );
      }
    }
    await write(names);
    const file = await openCheckpointFile(path);
    expect(file.networks).toEqual(['G_ema', 'G']);
    const generator = await file.checkpoint();
    expect(generator.architecture).toMatchObject({
      family: 'lucidrains',
      resolution: 8,
      zDim: 8,
      mappingLayers: 1,
    });
    expect(resolutionOf('G.blocks.1.conv2.weight')).toBe(8);
    await file.close();
  });
});

test('compressed entries of a torch zip file', async () => {
  const entries = unzip(readFileSync(fixture('golden/golden32-rosinality.pt')));
  const path = join(await temporaryFolder(), 'x.pt');
  writeFileSync(path, zipOf(entries.map(([name, bytes]) => [name, bytes, 'deflated'])));
  const [original, variant] = await Promise.all([golden32(), openCheckpoint(path)]);
  await expectSameTensors(variant, original);
  await Promise.all([original.close(), variant.close()]);
});
