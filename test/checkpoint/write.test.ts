import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { writeCheckpoint } from '../../src/checkpoint/writers/write.js';
import { writeSafetensors } from '../../src/formats/safetensors/write.js';
import { randomGenerator } from '../support/random-generator.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test.each([
  ['small', randomGenerator({ resolution: 8, convClamp: 0.5 })],
  ['conditional', randomGenerator({ resolution: 16, classes: 3, zDim: 5, wDim: 7, mappingLayers: 3 })],
  ['resnet', randomGenerator({ resolution: 16, variant: 'resnet' })],
  ['orig', randomGenerator({ resolution: 16, variant: 'orig' })],
  ['uneven channels', randomGenerator({ resolution: 32, channels: (r) => 3 + r / 4 })],
])('a checkpoint is read as it was written: %s', async (_, checkpoint) => {
  const path = join(await temporaryFolder(), 'x.bin');
  await writeCheckpoint(path, checkpoint, { metadata: { recipe: '{}', architecture: 'ignored' } });
  const read = await openCheckpoint(path);
  expect(read.architecture).toEqual(checkpoint.architecture);
  expect(read.metadata['recipe']).toBe('{}');
  expect(read.metadata['architecture']).toBe('stylegan2');
  expect(read.origin).toEqual({ path, format: 'safetensors' });
  expect([...read.tensors.values()]).toEqual([...checkpoint.tensors.values()]);
  for (const name of checkpoint.tensors.keys())
    expect(await read.read(name)).toEqual(await checkpoint.read(name));
  await read.close();
});

describe('metadata that contradicts the shapes', () => {
  async function rewritten(checkpoint: Checkpoint, metadata: Record<string, string>): Promise<Checkpoint> {
    const path = join(await temporaryFolder(), 'x');
    const tensors = [...checkpoint.tensors.values()].map(({ name, shape }) => ({
      name,
      shape,
      read: () => checkpoint.read(name),
    }));
    await writeSafetensors(path, { tensors, metadata });
    const opened = await openCheckpoint(path);
    await opened.close();
    return opened;
  }
  const generator = randomGenerator({ resolution: 8 });
  const key = 'stylegan-blend.architecture';

  test.each([
    [{ resolution: 16 }, 'ARCHITECTURE_CONTRADICTION'],
    [{ z_dim: 9 }, 'ARCHITECTURE_CONTRADICTION'],
    [{ w_dim: '8' }, 'ARCHITECTURE_CONTRADICTION'],
    [{ variant: 'resnet' }, 'ARCHITECTURE_CONTRADICTION'],
    [{ variant: 'other' }, 'ARCHITECTURE_CONTRADICTION'],
    [{ conv_clamp: -1 }, 'ARCHITECTURE_UNSUPPORTED'],
    [{ mapping_lr_multiplier: 0 }, 'ARCHITECTURE_UNSUPPORTED'],
  ])('%j', async (settings, code) => {
    await expect(rewritten(generator, { [key]: JSON.stringify(settings) })).rejects.toMatchObject({ code });
  });

  test('settings that are no JSON, another family, no settings', async () => {
    await expect(rewritten(generator, { [key]: '{' })).rejects.toMatchObject({
      code: 'ARCHITECTURE_CONTRADICTION',
    });
    await expect(rewritten(generator, { architecture: 'stylegan9' })).rejects.toMatchObject({
      code: 'ARCHITECTURE_UNSUPPORTED',
    });
    for (const json of ['null', '[]', '7']) {
      expect((await rewritten(generator, { [key]: json })).architecture).toEqual(generator.architecture);
    }
    expect((await rewritten(generator, {})).architecture).toEqual(generator.architecture);
  });
});
