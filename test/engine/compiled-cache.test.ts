import { readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { checksumOfFile } from '../../src/engine/cache/checksum.js';
import { type CompiledCache, clearCompiled } from '../../src/engine/cache/compiled-cache.js';
import { openEngine } from '../../src/engine/index.js';
import { crc32 } from '../../src/files/crc32.js';
import { constant, conv2d, input, type Program, program } from '../../src/graph/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SIDE = 4;
const CHANNELS = 16;

/** Every pixel times `factor`, with a kernel large enough to be kept beside the graph. */
function scaling(factor: number): Program {
  const kernel = new Float32Array(CHANNELS * CHANNELS * 9);
  for (let c = 0; c < CHANNELS; c++) kernel[(c * CHANNELS + c) * 9 + 4] = factor;
  const x = input('x', [1, CHANNELS, SIDE, SIDE]);
  return program({ y: conv2d(x, constant(kernel, [CHANNELS, CHANNELS, 3, 3]), { padding: [1, 1, 1, 1] }) });
}

const x = Float32Array.from({ length: CHANNELS * SIDE * SIDE }, (_, k) => k);

/** Compiles and runs through a cache; answers whether the program had to be built. */
async function runKept(
  cache: CompiledCache,
  key: string,
  factor: number,
  name: 'onnxruntime' | 'onnxruntime-web' = 'onnxruntime',
): Promise<boolean> {
  const engine = await openEngine({ engine: name, device: 'cpu', threads: 1, cache });
  let wasBuilt = false;
  const executable = await engine.compile({
    key,
    async build() {
      wasBuilt = true;
      return scaling(factor);
    },
  });
  const { y } = await executable.run({ x });
  await executable.dispose();
  expect(y).toEqual(x.map((value) => value * factor));
  return wasBuilt;
}

async function emptyCache(): Promise<CompiledCache> {
  return { folder: join(await temporaryFolder(), 'deeper/compiled') };
}

async function onlyEntry({ folder }: CompiledCache): Promise<string> {
  const names = await readdir(folder);
  expect(names).toHaveLength(1);
  return join(folder, names[0]!);
}

test('a program is built once for each key', async () => {
  const cache = await emptyCache();
  expect(await runKept(cache, 'twice', 2)).toBe(true);
  expect(await runKept(cache, 'twice', 2)).toBe(false);
  expect(await runKept(cache, 'thrice', 3)).toBe(true);
  expect(await runKept(cache, 'twice', 2)).toBe(false);
});

test('each build of ONNX Runtime keeps its own', async () => {
  const cache = await emptyCache();
  for (const isBuilt of [true, false]) {
    for (const name of ['onnxruntime', 'onnxruntime-web'] as const) {
      expect(await runKept(cache, 'twice', 2, name)).toBe(isBuilt);
    }
  }
});

test.each([
  ['weights.bin', 'changed'],
  ['weights.bin', 'cut off'],
  ['model.onnx', 'changed'],
  ['model.onnx', 'cut off'],
  ['about.json', 'changed'],
  ['about.json', 'cut off'],
])('what is damaged is made again: %s %s', async (name, how) => {
  const cache = await emptyCache();
  await runKept(cache, 'key', 2);
  const path = join(await onlyEntry(cache), name);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 0x41;
  if (how === 'changed') await writeFile(path, bytes);
  else await truncate(path, bytes.length >> 1);
  expect(await runKept(cache, 'key', 2)).toBe(true);
  expect(await runKept(cache, 'key', 2)).toBe(false);
});

test('large weights are looked through as well', async () => {
  const path = join(await temporaryFolder(), 'large');
  const bytes = new Uint8Array(17 * 2 ** 20).fill(3);
  await writeFile(path, bytes);
  expect(await checksumOfFile(path, bytes.length)).toBe(crc32(bytes));
  expect(await checksumOfFile(path, bytes.length - 1)).toBeUndefined();
});

test('several processes may make the same one at the same time', async () => {
  const cache = await emptyCache();
  await Promise.all(Array.from({ length: 4 }, () => runKept(cache, 'key', 2)));
  expect(await runKept(cache, 'key', 2)).toBe(false);
  await onlyEntry(cache);
});

test('others may use and delete the same one meanwhile', async () => {
  const cache = await emptyCache();
  let isOver = false;
  const deleting = (async () => {
    while (!isOver) {
      await clearCompiled(cache);
      await sleep(3);
    }
  })();
  for (let k = 0; k < 20; k++) await Promise.all([1, 2, 3].map(() => runKept(cache, 'key', 2)));
  isOver = true;
  await deleting;
});

test('what was not used for longest makes room', async () => {
  const { folder } = await emptyCache();
  await runKept({ folder }, 'old', 2);
  const old = await onlyEntry({ folder });
  await runKept({ folder }, 'used', 3);
  for (const name of await readdir(folder)) await utimes(join(folder, name), 1e9, 1e9);
  await runKept({ folder }, 'used', 3);
  // 9 kB each.
  await runKept({ folder, limitBytes: 25_000 }, 'new', 4);
  await expect(stat(old)).rejects.toThrow();
  expect(await runKept({ folder }, 'used', 3)).toBe(false);
  expect(await runKept({ folder }, 'new', 4)).toBe(false);
});

test('where nothing can be kept, programs run all the same', async () => {
  const file = join(await temporaryFolder(), 'file');
  await writeFile(file, '');
  for (let k = 0; k < 2; k++) expect(await runKept({ folder: join(file, 'compiled') }, 'key', 2)).toBe(true);
});
