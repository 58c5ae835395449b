import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromFloat32, toFloat32 } from '../../src/formats/dtype.js';
import { openSafetensors, readSafetensors } from '../../src/formats/safetensors/read.js';
import { type TensorSource, writeSafetensors } from '../../src/formats/safetensors/write.js';
import { memoryFile } from '../support/memory-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

function source(name: string, shape: number[], values: number[] | Float32Array): TensorSource {
  return { name, shape, read: async () => Float32Array.from(values) };
}

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('__proto__', 'constructor', 'ä€𝄞"\\'),
);
const tensor = fc
  .tuple(name, fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }))
  .chain(([name, shape]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return fc.record({
      name: fc.constant(name),
      shape: fc.constant(shape),
      values: fc.array(fc.float({ min: -60000, max: 60000 }), { minLength: count, maxLength: count }),
    });
  });

test.each(['f32', 'f16', 'bf16'] as const)('what is written in %s is read again', async (dtype) => {
  const path = join(await temporaryFolder(), 'x.safetensors');
  const property = fc.asyncProperty(
    fc.uniqueArray(tensor, { selector: (t) => t.name, maxLength: 5 }),
    fc.dictionary(name, fc.string()),
    async (tensors, metadata) => {
      const sources = tensors.map((t) => source(t.name, t.shape, t.values));
      await writeSafetensors(path, { tensors: sources, metadata, dtype, force: true });
      const file = await openSafetensors(path);
      expect(new Map(Object.entries(file.metadata))).toEqual(new Map(Object.entries(metadata)));
      expect([...file.tensors.keys()].sort()).toEqual(tensors.map((t) => t.name).sort());
      for (const { name, shape, values } of tensors) {
        expect(file.tensors.get(name)).toMatchObject({ shape, dtype });
        const stored = fromFloat32(Float32Array.from(values), dtype).slice() as Uint8Array<ArrayBuffer>;
        expect(await file.read(name)).toEqual(toFloat32(stored, dtype));
      }
      await file.close();
    },
  );
  await fc.assert(property, { numRuns: 40 });
});

test('equal content gives equal bytes, sorted and aligned', async () => {
  const folder = await temporaryFolder();
  const [a, b] = [source('a', [2], [1, 2]), source('b', [1], [3])];
  await writeSafetensors(join(folder, '1'), { tensors: [a, b], metadata: { x: '1', y: '2' } });
  await writeSafetensors(join(folder, '2'), { tensors: [b, a], metadata: { y: '2', x: '1' } });
  const bytes = readFileSync(join(folder, '1'));
  expect(readFileSync(join(folder, '2'))).toEqual(bytes);
  const length = Number(bytes.readBigUInt64LE());
  expect(length % 8).toBe(0);
  expect(
    bytes
      .subarray(8, 8 + length)
      .toString()
      .trimEnd(),
  ).toBe(
    '{"__metadata__":{"x":"1","y":"2"},' +
      '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},' +
      '"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}',
  );
  expect(bytes).toHaveLength(8 + length + 12);
});

test('tells how far it is', async () => {
  const path = join(await temporaryFolder(), 'x');
  const steps: number[][] = [];
  const tensors = [source('a', [2], [1, 2]), source('b', [1], [3])];
  await writeSafetensors(path, { tensors, dtype: 'f16', onProgress: (...step) => steps.push(step) });
  expect(steps).toEqual([
    [4, 6],
    [6, 6],
  ]);
});

describe('nothing is written where', () => {
  const cases: [string, TensorSource[], Record<string, unknown>, string][] = [
    ['a value is too large', [source('big', [1], [70000])], { dtype: 'f16' }, 'DTYPE_OVERFLOW'],
    ['a name occurs twice', [source('a', [], [1]), source('a', [], [1])], {}, 'TENSOR_NAME'],
    ['a name is reserved', [source('__metadata__', [], [1])], {}, 'TENSOR_NAME'],
    ['values do not fit the shape', [source('a', [2], [1])], {}, 'TENSOR_SIZE_MISMATCH'],
    ['the work is stopped', [source('a', [], [1])], { signal: AbortSignal.abort() }, 'ABORTED'],
    [
      'reading fails',
      [
        source('a', [], [1]),
        { name: 'b', shape: [], read: () => Promise.reject(Object.assign(new Error(), { code: 'X' })) },
      ],
      {},
      'X',
    ],
  ];
  test.each(cases)('%s', async (_, tensors, options, code) => {
    const folder = await temporaryFolder();
    const writing = writeSafetensors(join(folder, 'x'), { tensors, ...options });
    await expect(writing).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a file that lies', () => {
  const a = (entry: object) =>
    JSON.stringify({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...entry } });
  const two = (first: number[], second: number[]) =>
    JSON.stringify({
      a: { dtype: 'F32', shape: [1], data_offsets: first },
      b: { dtype: 'F32', shape: [1], data_offsets: second },
    });
  const damaged = 'SAFETENSORS_DAMAGED';

  test.each([
    ['sound', a({}), 8, undefined],
    ['with an unknown type', a({ dtype: 'F8_E4M3' }), 8, 'SAFETENSORS_DTYPE'],
    ['with a type that is no string', a({ dtype: 7 }), 8, 'SAFETENSORS_DTYPE'],
    ['with a wrong length', a({ shape: [3] }), 8, damaged],
    ['with a negative extent', a({ shape: [-2] }), 8, damaged],
    ['with half an element', a({ shape: [0.5, 4] }), 8, damaged],
    ['with a product of 2^64', a({ shape: [2 ** 32, 2 ** 32] }), 8, damaged],
    ['with a shape of 10,000 dimensions', a({ shape: Array(10_000).fill(1) }), 8, damaged],
    ['with a shape that is no list', a({ shape: { length: 1 } }), 8, damaged],
    ['with offsets that end before they begin', a({ data_offsets: [8, 0] }), 8, damaged],
    ['with offsets beyond 2^53', a({ data_offsets: [2 ** 60, 2 ** 60 + 8] }), 8, damaged],
    ['with three offsets', a({ data_offsets: [0, 8, 8] }), 8, damaged],
    ['with an unknown field', a({ more: 1 }), 8, damaged],
    ['with a hole at the start', a({ data_offsets: [4, 12] }), 12, damaged],
    ['with an overlap', two([0, 4], [0, 4]), 8, damaged],
    ['with a hole', two([0, 4], [8, 12]), 12, damaged],
    ['with bytes behind the end', a({}), 9, damaged],
    ['that is too short', a({}), 7, 'FILE_TRUNCATED'],
    [
      'with the same name twice',
      `{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},${a({}).slice(1)}`,
      8,
      damaged,
    ],
    ['with an entry that is no object', '{"a":[]}', 0, damaged],
    ['with metadata that is no text', '{"__metadata__":{"a":1}}', 0, damaged],
    ['with metadata twice', '{"__metadata__":{"a":"1","a":"2"}}', 0, damaged],
    ['with a list for a header', '[]', 0, damaged],
    ['with broken JSON', '{"a":', 0, damaged],
    ['with broken UTF-8', '{"\xff":1}', 0, damaged],
    ['that nests deep', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 0, damaged],
  ])('%s', async (_, json, dataBytes, code) => {
    const header = Buffer.alloc(8);
    header.writeBigUInt64LE(BigInt(json.length));
    const file = memoryFile(Buffer.concat([header, Buffer.from(json, 'latin1'), Buffer.alloc(dataBytes)]));
    const outcome = await readSafetensors(file).then(
      () => undefined,
      (error) => error,
    );
    if (code === undefined) expect(outcome).toBeUndefined();
    else {
      expect(outcome).toMatchObject({ name: 'InputFileError', code });
      expect(outcome.message.length).toBeLessThan(300);
    }
  });

  test.each([[2n ** 64n - 1n], [2n ** 60n], [100_000_001n], [1000n]])(
    'about a header of %d bytes',
    async (length) => {
      const bytes = Buffer.alloc(100, 0x20);
      bytes.writeBigUInt64LE(length);
      bytes[8] = 0x7b;
      const file = memoryFile(bytes);
      await expect(readSafetensors(file)).rejects.toMatchObject({ name: 'InputFileError' });
      await expect(readSafetensors(memoryFile(bytes.subarray(0, 5)))).rejects.toMatchObject({
        code: damaged,
      });
    },
  );
});

test('an unknown name', async () => {
  const path = join(await temporaryFolder(), 'x');
  await writeSafetensors(path, { tensors: [source('a', [], [1])] });
  const file = await openSafetensors(path);
  await expect(file.read('b')).rejects.toMatchObject({ code: 'TENSOR_MISSING' });
  await expect(file.read('__proto__')).rejects.toMatchObject({ code: 'TENSOR_MISSING' });
  await file.close();
});
