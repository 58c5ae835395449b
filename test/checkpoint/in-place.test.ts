import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpointFile } from '../../src/checkpoint/checkpoint-file.js';
import { arrangePatches } from '../../src/checkpoint/in-place/patches.js';
import { writeInPlace } from '../../src/checkpoint/in-place/write-in-place.js';
import { memoryCheckpoint } from '../../src/checkpoint/memory.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { fileBytes } from '../../src/files/byte-source.js';
import { elementCount } from '../../src/numbers/shape.js';
import { fixture } from '../support/golden.js';
import { memoryFile } from '../support/memory-file.js';
import { randomGenerator } from '../support/random-generator.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { expectSameTensors } from './same-tensors.js';
import { unzip, zipOf } from './zip-of.js';

const golden = (name: string) => fixture(`golden/${name}`);
const tiny = (name: string) => fileURLToPath(new URL(`tensorflow/${name}`, import.meta.url));

/** A checkpoint with other values in the same shapes; multiples of 1/256 below 2, which every type can hold. */
async function changed(checkpoint: Checkpoint, only = /./): Promise<Checkpoint> {
  const tensors = new Map();
  for (const [name, { shape }] of checkpoint.tensors) {
    const isKept = name.endsWith('resample_filter') || !only.test(name);
    const values = isKept
      ? await checkpoint.read(name)
      : Float32Array.from({ length: elementCount(shape) }, (_, i) => ((i * 37 + name.length) % 509) / 256);
    tensors.set(name, { shape, values });
  }
  const architecture = checkpoint.architecture;
  return memoryCheckpoint({ architecture, tensors, path: 'changed' });
}

/** How many bytes differ; Infinity for files of different lengths. */
function differingBytes(a: string, b: string): number {
  const [x, y] = [readFileSync(a), readFileSync(b)];
  return x.length === y.length
    ? x.reduce((sum, byte, i) => sum + (byte === y[i] ? 0 : 1), 0)
    : Number.POSITIVE_INFINITY;
}

const containers = [
  golden('golden32.pkl'),
  golden('golden32-tf.pkl'),
  golden('golden32-rosinality.pt'),
  golden('golden32-rosinality-legacy.pt'),
  golden('golden32-stylegan1.pkl'),
  golden('golden32-pggan.pkl'),
  ...readdirSync(tiny('')).map(tiny),
];

describe.each(containers)('%s', (container) => {
  test('takes other values, and its own again', async () => {
    const out = join(await temporaryFolder(), 'out');
    const file = await openCheckpointFile(container);
    const original = await file.checkpoint();
    const replaced = await changed(original);
    if (/protocol0/.test(container)) {
      // Protocol 0 writes text in lines with escapes, which have no place to put bytes into.
      await expect(writeInPlace(out, file, new Map([['G_ema', replaced]]))).rejects.toMatchObject({
        code: 'IN_PLACE_COMPRESSED',
      });
    } else {
      const report = await writeInPlace(out, file, new Map([['G_ema', replaced]]), { strict: true });
      expect(report.changed.length).toBeGreaterThan(20);
      const written = await openCheckpointFile(out);
      await expectSameTensors(await written.checkpoint(), replaced);
      // The networks of the others are one object, or share arrays.
      const apart = /golden32(-tf)?\.pkl$/.test(container) ? file.networks.slice(1) : [];
      for (const other of apart) {
        await expectSameTensors(await written.checkpoint(other), await file.checkpoint(other));
      }
      await written.close();
      await writeInPlace(out, out, new Map([['G_ema', original]]), { force: true });
      expect(differingBytes(out, container)).toBe(0);
    }
    await file.close();
  });
});

test('only the bytes of the replaced tensors differ', async () => {
  const out = join(await temporaryFolder(), 'out');
  const original = await openCheckpoint(golden('golden32.pkl'));
  const one = await changed(original, /^synthesis\.b8\.conv0\.bias$/);
  const report = await writeInPlace(out, golden('golden32.pkl'), new Map([['G_ema', one]]));
  expect(report).toEqual({
    changed: ['G_ema/synthesis.b8.conv0.bias'],
    rounded: [],
    kept: [],
    dropped: [],
    settings: [],
  });
  const bytes = differingBytes(out, golden('golden32.pkl'));
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(4 * 24);
  await original.close();
});

test('several networks at once', async () => {
  const out = join(await temporaryFolder(), 'out');
  const tuned = await openCheckpointFile(golden('golden32-tuned.pkl'));
  const networks = new Map([
    ['G_ema', await tuned.checkpoint('G_ema')],
    ['D', await tuned.checkpoint('D')],
  ]);
  await writeInPlace(out, golden('golden32.pkl'), networks);
  const [written, original] = await Promise.all([
    openCheckpointFile(out),
    openCheckpointFile(golden('golden32.pkl')),
  ]);
  await expectSameTensors(await written.checkpoint('D'), await tuned.checkpoint('D'));
  await expectSameTensors(await written.checkpoint('G'), await original.checkpoint('G'));
  await Promise.all([written.close(), original.close(), tuned.close()]);
});

test('a zip container has right checksums', async () => {
  const out = join(await temporaryFolder(), 'out.pt');
  const original = await openCheckpoint(golden('golden32-rosinality.pt'));
  await writeInPlace(out, golden('golden32-rosinality.pt'), new Map([['G_ema', await changed(original)]]));
  // Written anew from its entries, an archive has the sums that its content has.
  const entries = unzip(readFileSync(out));
  const [a, b] = [readFileSync(out), zipOf(entries)].map((archive) => directorySums(archive));
  expect(a).toEqual(b);
  await original.close();
});

function directorySums(archive: Buffer): number[] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const sums: number[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let i = archive.readUInt16LE(end + 10); i > 0; i--) {
    sums.push(archive.readUInt32LE(at + 16));
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return sums;
}

test('values that the container stores less exactly are named', async () => {
  const out = join(await temporaryFolder(), 'out');
  const original = await openCheckpoint(tiny('half.pkl'));
  const tensors = new Map();
  for (const [name, { shape }] of original.tensors) {
    tensors.set(name, {
      shape,
      values: (await original.read(name)).map((v) => v + (/fc0/.test(name) ? 1e-5 : 0)),
    });
  }
  const shifted = new Map([['G_ema', memoryCheckpoint({ architecture: original.architecture, tensors })]]);
  const report = await writeInPlace(out, tiny('half.pkl'), shifted);
  expect(report.rounded).toEqual(['G_ema/mapping.fc0.weight', 'G_ema/mapping.fc0.bias']);
  await expect(writeInPlace(`${out}2`, tiny('half.pkl'), shifted, { strict: true })).rejects.toMatchObject({
    code: 'CONTAINER_LOSES',
  });
  tensors.get('mapping.fc0.bias').values.fill(1e6);
  await expect(writeInPlace(`${out}2`, tiny('half.pkl'), shifted)).rejects.toMatchObject({
    code: 'IN_PLACE_VALUE',
  });
  expect(readdirSync(join(out, '..'))).toEqual(['out']);
  await original.close();
});

test('refuses containers that do not fit', async () => {
  const folder = await temporaryFolder();
  const out = join(folder, 'out');
  const other = new Map([['G_ema', randomGenerator({ resolution: 32 })]]);
  await expect(writeInPlace(out, golden('golden32.pkl'), other)).rejects.toMatchObject({
    code: 'CONTAINER_DIFFERS',
  });
  const original = await openCheckpoint(golden('golden32.pkl'));
  const same = new Map([['G_ema', original]]);
  await expect(writeInPlace(out, golden('golden64-cond.pkl'), same)).rejects.toMatchObject({
    code: 'CONTAINER_DIFFERS',
  });
  const { architecture } = original;
  const clamped = { ...original, architecture: { ...architecture, convClamp: 256 } } as Checkpoint;
  const clampedMap = new Map([['G_ema', clamped]]);
  await expect(writeInPlace(out, golden('golden32.pkl'), clampedMap)).rejects.toMatchObject({
    code: 'CONTAINER_DIFFERS',
    message: expect.stringContaining('convClamp: null in the container, 256 in the network'),
  });
  const report = await writeInPlace(out, golden('golden32.pkl'), clampedMap, { lossy: true, force: true });
  expect(report.settings).toHaveLength(1);
  const wrapped = join(folder, 'x.gz');
  writeFileSync(wrapped, gzipSync(readFileSync(golden('golden32.pkl'))));
  await expect(writeInPlace(out, wrapped, same)).rejects.toMatchObject({ code: 'CONTAINER_WRAPPED' });
  const deflated = join(folder, 'x.pt');
  const entries = unzip(readFileSync(golden('golden32-rosinality.pt')));
  writeFileSync(deflated, zipOf(entries.map(([name, bytes]) => [name, bytes, 'deflated'])));
  await expect(writeInPlace(out, deflated, same)).rejects.toMatchObject({ code: 'IN_PLACE_COMPRESSED' });
  await original.close();
});

test('tensors that share bytes have to agree', async () => {
  const file = memoryFile(new Uint8Array(Float32Array.of(1, 2, 3, 4, 5).buffer), 'shared');
  const source = fileBytes(file, 0, file.size);
  const part = (name: string, first: number, values: number[]) => ({
    name,
    view: { source, dtype: 'f32' as const, first, shape: [values.length], strides: [1] },
    values: Float32Array.from(values),
    read: async () => Float32Array.from(values),
  });
  const apply = async (...parts: ReturnType<typeof part>[]) => {
    const [patch, ...others] = arrangePatches('out', file, parts);
    expect(others).toEqual([]);
    const { bytes } = await patch!.apply(
      patch!.replacements.map((r) => parts.find((p) => p.name === r.name)!.values),
    );
    return [...new Float32Array(bytes.slice().buffer)];
  };
  expect(await apply(part('a', 0, [7, 8, 9]), part('b', 2, [9, 6]))).toEqual([7, 8, 9, 6]);
  const disagreeing = apply(part('a', 0, [7, 8, 9]), part('b', 2, [3, 6]));
  await expect(disagreeing).rejects.toMatchObject({ code: 'IN_PLACE_SHARED' });
  await expect(apply(part('a', 0, [1, 2, 3]), part('b', 2, [9, 6]))).rejects.toMatchObject({
    code: 'IN_PLACE_SHARED',
  });
});
