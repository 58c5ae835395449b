import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../../src/formats/safetensors/write.js';
import { writeTorch } from '../../../src/formats/torch/write.js';
import { loadLpips } from '../../../src/metric/lpips/load.js';
import type { LpipsName } from '../../../src/metric/lpips/names.js';
import { trunkTensors } from '../../../src/metric/lpips/trunks.js';
import { zipOf } from '../../checkpoint/zip-of.js';
import { fixture, relativeDifference } from '../../support/golden.js';
import { randomLpips } from '../../support/random-lpips.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const TRUNK = fixture('golden/lpips/squeeze-random-trunk.pth');
const LIN = fixture('golden/lpips/squeeze-random-lin.pth');

type Tensor = { name: string; shape: readonly number[]; values: Float32Array };

/** A metric's trunk with a classifier behind it, and its linear weights, as lists that can be spoilt. */
function tensorsOf(name: LpipsName): { trunk: Tensor[]; lin: Tensor[] } {
  const weights = randomLpips(name);
  const shapes = trunkTensors(weights.trunk);
  const classifier = { name: 'classifier.1.bias', shape: [3], values: Float32Array.of(1, 2, 3) };
  return {
    trunk: [
      ...[...weights.tensors].map(([name, values]) => ({ name, shape: shapes.get(name)!, values })),
      classifier,
    ],
    lin: weights.lins.map((values, k) => ({
      name: `lin${k}.model.1.weight`,
      shape: [1, values.length, 1, 1],
      values,
    })),
  };
}

async function write(tensors: readonly Tensor[], name: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  const sources = tensors.map(({ values, ...info }) => ({ ...info, read: async () => values }));
  if (name.endsWith('.pth')) await writeTorch(path, new Map(sources.map((source) => [source.name, source])));
  else await writeSafetensors(path, { tensors: sources, metadata: {} });
  return path;
}

test.each(['squeeze.pth', 'squeeze.safetensors'])(
  'reads %s, and leaves the classifier alone',
  async (name) => {
    const { trunk, lin } = tensorsOf('lpips-squeeze');
    const files = { trunk: await write(trunk, name), lin: await write(lin, name) };
    const weights = await loadLpips('lpips-squeeze', files);
    expect([...weights.tensors.keys()]).toEqual(trunk.slice(0, -1).map((tensor) => tensor.name));
    expect(weights.tensors.get('features.0.bias')).toEqual(trunk[1]!.values);
    expect(weights.lins).toEqual(lin.map(({ values }) => values));
  },
);

test('reads the old container, and the names of a saved module', async () => {
  // Written by PyTorch: torch_reference.py.
  const lin = fileURLToPath(new URL('squeeze-lin-legacy.pth', import.meta.url));
  const { lins } = await loadLpips('lpips-squeeze', { trunk: TRUNK, lin });
  for (const [k, values] of randomLpips('lpips-squeeze').lins.entries()) {
    expect(relativeDifference(lins[k]!, values)).toBeLessThan(1e-6);
  }
});

describe('refuses by name', () => {
  const spoilt: [string, (tensors: Tensor[]) => Tensor[], string, RegExp][] = [
    ['a tensor that is missing', (all) => all.slice(1), 'WEIGHTS_MISMATCH', /0\.weight: .* no such tensor/],
    [
      'a shape that is another',
      ([first, ...rest]) => [{ ...first!, shape: [64, 3, 9, 1] }, ...rest],
      'WEIGHTS_MISMATCH',
      /features\.0\.weight: expected shape \[64, 3, 3, 3\] for lpips-squeeze \(SqueezeNet 1\.1\), found \[64, 3, 9, 1\]/,
    ],
    [
      'a value that is none',
      ([first, ...rest]) => [{ ...first!, values: first!.values.with(5, Number.NaN) }, ...rest],
      'TENSOR_NOT_FINITE',
      /features\.0\.weight: expected finite values, found NaN at index 5/,
    ],
  ];
  test.each(spoilt)('%s', async (_, spoil, code, message) => {
    const { trunk, lin } = tensorsOf('lpips-squeeze');
    const files = {
      trunk: await write(spoil(trunk), 't.safetensors'),
      lin: await write(lin, 'l.safetensors'),
    };
    const loading = loadLpips('lpips-squeeze', files);
    await expect(loading).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('files that are the wrong way round, or those of another metric', async () => {
    await expect(loadLpips('lpips-squeeze', { trunk: LIN, lin: TRUNK })).rejects.toMatchObject({
      code: 'WEIGHTS_MISMATCH',
      hint: 'this is the trunk of lpips-squeeze, SqueezeNet 1.1',
    });
    await expect(loadLpips('lpips-vgg', { trunk: TRUNK, lin: LIN })).rejects.toMatchObject({
      code: 'WEIGHTS_MISMATCH',
      hint: 'these are the linear weights of lpips-squeeze',
    });
  });

  test('TorchScript, pictures, cut-off files and files that are not there', async () => {
    const folder = await temporaryFolder();
    const [script, picture, cut] = ['script.pt', 'picture.pth', 'cut.pth'].map((name) => join(folder, name));
    const bytes = (text: string) => Buffer.from(text);
    const program = zipOf([
      ['vgg16/data.pkl', bytes('\x80\x02}.')],
      ['vgg16/code/__torch__.py', bytes('')],
    ]);
    await writeFile(script!, program);
    await writeFile(picture!, '\x89PNG\r\n\x1a\n rest');
    await writeFile(cut!, (await readFile(TRUNK)).subarray(0, 100_000));
    const codeOf = (lin: string) => loadLpips('lpips-squeeze', { trunk: TRUNK, lin }).catch((error) => error);
    expect(await codeOf(script!)).toMatchObject({ code: 'NOT_WEIGHTS', message: /TorchScript/ });
    expect(await codeOf(picture!)).toMatchObject({ code: 'NOT_WEIGHTS' });
    expect(await codeOf(cut!)).toMatchObject({ name: 'InputFileError' });
    expect(await codeOf(join(folder, 'none.pth'))).toMatchObject({ code: 'FILE_MISSING' });
  });
});
