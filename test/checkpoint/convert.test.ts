import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertCheckpoint, lostByConverting } from '../../src/checkpoint/convert/convert.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { writeRosinality } from '../../src/checkpoint/writers/rosinality-write.js';
import { writeCheckpoint } from '../../src/checkpoint/writers/write.js';
import { fixture } from '../support/golden.js';
import { randomGenerator } from '../support/random-generator.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { expectSameTensors } from './same-tensors.js';

const variants = [
  'golden32.pkl',
  'golden32-rosinality.pt',
  'golden32-rosinality-legacy.pt',
  'golden32-tf.pkl',
];

describe.each(variants)('%s', (name) => {
  const input = fixture(`golden/${name}`);

  test.each(['safetensors', 'rosinality', ...variants])(
    'to %s and back is bit for bit the same',
    async (target) => {
      const folder = await temporaryFolder();
      const out = join(folder, 'out');
      const isContainer = variants.includes(target);
      const container = isContainer ? fixture(`golden/${target}`) : undefined;
      const format = isContainer ? 'container' : (target as 'safetensors' | 'rosinality');
      const { lost } = await convertCheckpoint(input, out, { format, container, network: 'G_ema' });
      expect(lost).toEqual([]);
      const [written, original] = await Promise.all([openCheckpoint(out), openCheckpoint(input)]);
      await expectSameTensors(written, original);
      expect(written.architecture).toEqual(original.architecture);
      await Promise.all([written.close(), original.close()]);
    },
  );
});

test('refuses what would lose something, and says what', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const input = fixture('golden/golden32.pkl');
  await expect(convertCheckpoint(input, out, { format: 'safetensors' })).rejects.toMatchObject({
    code: 'CONVERT_LOSES',
    message: expect.stringMatching(/generator without averaging \(G\); the discriminator \(D\)/),
  });
  await expect(
    convertCheckpoint(input, out, { format: 'safetensors', network: 'G_ema', dtype: 'f16' }),
  ).rejects.toMatchObject({
    code: 'CONVERT_LOSES',
    message: expect.stringContaining('f32 becomes f16'),
  });
  expect(readdirSync(folder)).toEqual([]);
  const { lost } = await convertCheckpoint(input, out, { format: 'safetensors', dtype: 'f16', lossy: true });
  expect(lost).toHaveLength(3);
  expect(await lostByConverting(out, { format: 'rosinality' })).toEqual([]);
  await expect(convertCheckpoint(input, out, { format: 'container', force: true })).rejects.toMatchObject({
    code: 'CONTAINER_MISSING',
  });
});

describe('rosinality', () => {
  test.each([
    ['classes', randomGenerator({ classes: 3 })],
    ['resnet', randomGenerator({ variant: 'resnet' })],
    ['other widths', randomGenerator({ zDim: 5, wDim: 7 })],
    ['a clamp', randomGenerator({ convClamp: 256 })],
  ])('cannot hold %s', async (_, generator) => {
    const out = join(await temporaryFolder(), 'x.pt');
    await expect(writeRosinality(out, generator)).rejects.toMatchObject({ code: 'FORMAT_CANNOT_HOLD' });
  });

  test('without average and noise buffers', async () => {
    const folder = await temporaryFolder();
    const full = randomGenerator({ resolution: 16 });
    const missing = /w_avg|noise_const/;
    const tensors = new Map([...full.tensors].filter(([name]) => !missing.test(name)));
    const bare = { ...full, tensors };
    await writeRosinality(join(folder, 'x.pt'), bare);
    await writeCheckpoint(join(folder, 'x.safetensors'), bare);
    for (const name of ['x.pt', 'x.safetensors']) {
      const read = await openCheckpoint(join(folder, name));
      expect(read.architecture).toEqual(full.architecture);
      await expectSameTensors(read, bare);
      await read.close();
    }
    expect(await lostByConverting(join(folder, 'x.pt'), { format: 'rosinality' })).toHaveLength(2);
  });

  test.each(['f16', 'bf16'] as const)('in %s', async (dtype) => {
    const out = join(await temporaryFolder(), 'x.pt');
    const generator = randomGenerator({ resolution: 8 });
    await writeRosinality(out, generator, { dtype });
    const read = await openCheckpoint(out);
    expect(read.tensors.get('mapping.fc0.weight')!.dtype).toBe(dtype);
    const [a, b] = [await read.read('mapping.fc0.weight'), await generator.read('mapping.fc0.weight')];
    for (const [i, value] of a.entries()) expect(Math.abs(value / b[i]! - 1)).toBeLessThan(2 ** -7);
    await read.close();
  });
});
