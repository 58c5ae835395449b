import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { expectedTensors } from '../../src/checkpoint/architecture/expected-tensors.js';
import { requireStyleGan2 } from '../../src/checkpoint/checkpoint.js';
import { BUNDLED_MODELS, openModel } from '../../src/checkpoint/names.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { readFinite } from '../../src/checkpoint/read-finite.js';

function golden(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/golden/${name}`, import.meta.url));
}

/**
 * File -> network -> tensor -> shape and the first 16 digits of the SHA-256 of its float32 values, as PyTorch reads
 * them.
 */
const sums: Record<string, Record<string, Record<string, [number[], string]>>> = JSON.parse(
  readFileSync(golden('golden-tensors.json'), 'utf8'),
);

describe.each(Object.keys(sums))('%s', (name) => {
  test('has the tensors that PyTorch finds, bit for bit', async () => {
    const checkpoint = await openCheckpoint(golden(name));
    const expected = sums[name]!['G_ema']!;
    const found: Record<string, [readonly number[], string]> = {};
    for (const [tensor, { shape }] of checkpoint.tensors) {
      const values = await checkpoint.read(tensor);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      found[tensor] = [shape, createHash('sha256').update(bytes).digest('hex').slice(0, 16)];
    }
    expect(found).toEqual(expected);
    await checkpoint.close();
  });
});

test('golden32: architecture, origin, hash', async () => {
  const checkpoint = await openCheckpoint(golden('golden32.pkl'));
  expect(checkpoint.architecture).toEqual({
    family: 'stylegan2',
    variant: 'skip',
    resolution: 32,
    zDim: 32,
    wDim: 32,
    classes: 0,
    mappingLayers: 2,
    mappingLrMultiplier: 0.01,
    channels: new Map([
      [4, 24],
      [8, 24],
      [16, 24],
      [32, 16],
    ]),
    convClamp: null,
  });
  expect(checkpoint.origin).toEqual({
    path: golden('golden32.pkl'),
    format: 'stylegan2-ada-pytorch',
    network: 'G_ema',
  });
  const hash = createHash('sha256')
    .update(readFileSync(golden('golden32.pkl')))
    .digest('hex');
  expect(await checkpoint.sha256()).toBe(hash);
  await checkpoint.close();
  await expect(checkpoint.read('mapping.w_avg')).rejects.toMatchObject({ code: 'FILE_CLOSED' });
});

test('golden64-cond: classes, clamp, lengths that differ', async () => {
  const checkpoint = await openCheckpoint(golden('golden64-cond.pkl'));
  expect(checkpoint.architecture).toMatchObject({
    resolution: 64,
    zDim: 48,
    wDim: 40,
    classes: 3,
    mappingLayers: 4,
    convClamp: 256,
  });
  await checkpoint.close();
});

test('G is read on request, other networks are named', async () => {
  const checkpoint = await openCheckpoint(golden('golden32-tuned.pkl'), { network: 'G' });
  expect(checkpoint.origin.network).toBe('G');
  await checkpoint.close();
  await expect(openCheckpoint(golden('golden32.pkl'), { network: 'H' })).rejects.toMatchObject({
    code: 'NETWORK_MISSING',
    message: expect.stringContaining('found G_ema, G, D'),
  });
  const discriminator = await openCheckpoint(golden('golden32.pkl'), { network: 'D' });
  expect(discriminator.architecture).toEqual({
    family: 'discriminator',
    of: 'stylegan2',
    resolution: 32,
    classes: 0,
  });
  await discriminator.close();
});

test.each(BUNDLED_MODELS)('the bundled generator %s', async (name) => {
  const checkpoint = await openModel(name);
  expect(checkpoint.architecture).toMatchObject({ resolution: 64, zDim: 64, wDim: 128, mappingLayers: 4 });
  expect(checkpoint.metadata['about']).toContain('StyleGAN2');
  expect([...checkpoint.tensors.keys()]).toEqual([...expectedTensors(requireStyleGan2(checkpoint)).keys()]);
  for (const tensor of checkpoint.tensors.keys()) await readFinite(checkpoint, tensor);
  expect(checkpoint.tensors.get('synthesis.b8.conv0.noise_strength')?.shape).toEqual([]);
  await checkpoint.close();
});
