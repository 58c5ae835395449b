import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeSafetensors } from '../../src/formats/safetensors/write.js';
import { loadLatents, saveLatents } from '../../src/project/latents.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const w = Float32Array.of(1, -2, 3.5);
const noise = new Map([
  ['b4.conv1', Float32Array.from({ length: 16 }, (_, i) => i / 16)],
  ['b8.conv0', new Float32Array(64).fill(-1)],
]);

/** A file with tensors of any name and shape; values are zeros unless given. */
async function fileOf(tensors: Record<string, number[]>, value = 0): Promise<string> {
  const path = join(await temporaryFolder(), 'x.safetensors');
  const sources = Object.entries(tensors).map(([name, shape]) => ({
    name,
    shape,
    read: async () => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
  }));
  await writeSafetensors(path, { tensors: sources });
  return path;
}

test('what is saved is loaded again, metadata included', async () => {
  const path = join(await temporaryFolder(), 'x.safetensors');
  await saveLatents(path, { w, noise }, { steps: '7' });
  const loaded = await loadLatents(path);
  expect(loaded.w).toEqual(w);
  expect(new Map(loaded.noise)).toEqual(noise);
  expect(loaded.metadata).toMatchObject({ steps: '7' });
  await expect(saveLatents(path, { w, noise })).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
  await saveLatents(path, { w, noise }, {}, { force: true });
});

test('other tensors are left alone', async () => {
  const path = await fileOf({ w: [1, 3], 'statistics.w_std': [1], 'noise.b4.conv1.noise_const': [4, 4] });
  expect([...(await loadLatents(path)).noise.keys()]).toEqual(['b4.conv1']);
});

test.for([
  [{ v: [1, 3] }, 'NOT_LATENTS'],
  [{ w: [3] }, 'LATENTS_DAMAGED'],
  [{ w: [40, 3] }, 'LATENTS_DAMAGED'],
  [{ w: [1, 0] }, 'LATENTS_DAMAGED'],
  [{ w: [1, 3], 'noise.b4.conv1.noise_const': [16] }, 'LATENTS_DAMAGED'],
  [{ w: [1, 3], 'noise.b8.conv1.noise_const': [4, 4] }, 'LATENTS_DAMAGED'],
] as [Record<string, number[]>, string][])('%j is refused: %s', async ([tensors, code]) => {
  await expect(loadLatents(await fileOf(tensors))).rejects.toMatchObject({ code });
});

test('values that are no numbers are refused', async () => {
  const path = await fileOf({ w: [1, 3] }, Number.NaN);
  await expect(loadLatents(path)).rejects.toMatchObject({ code: 'LATENTS_DAMAGED' });
});

test('generators, pictures and truncated files are refused', async () => {
  await expect(loadLatents(fixture('generators/dylan.safetensors'))).rejects.toMatchObject({
    code: 'NOT_LATENTS',
  });
  await expect(loadLatents(fixture('pictures/person-01.png'))).rejects.toMatchObject({
    name: 'InputFileError',
  });
  const path = join(await temporaryFolder(), 'x.safetensors');
  await saveLatents(path, { w, noise });
  const bytes = await readFile(path);
  for (const length of [0, 7, 40, bytes.length - 1]) {
    await writeFile(path, bytes.subarray(0, length));
    await expect(loadLatents(path)).rejects.toMatchObject({ name: 'InputFileError' });
  }
});
