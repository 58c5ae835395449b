import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileBytes } from '../../src/files/byte-source.js';
import { gather, isContiguous } from '../../src/formats/strides.js';
import { readView, requirePlaced, type TensorView } from '../../src/formats/tensor-view.js';
import { elementCount } from '../../src/numbers/shape.js';
import { memoryFile } from '../support/memory-file.js';

/** One element after the other by the definition of strides. */
function naive(values: Float32Array, shape: readonly number[], strides: readonly number[]): number[] {
  return Array.from({ length: elementCount(shape) }, (_, flat) => {
    let [rest, at] = [flat, 0];
    for (let d = shape.length - 1; d >= 0; d--) {
      at += (rest % shape[d]!) * strides[d]!;
      rest = Math.floor(rest / shape[d]!);
    }
    return values[at]!;
  });
}

const layouts = fc
  .array(fc.record({ extent: fc.integer({ min: 1, max: 5 }), stride: fc.integer({ min: 0, max: 30 }) }), {
    maxLength: 5,
  })
  .map((dims) => ({ shape: dims.map((d) => d.extent), strides: dims.map((d) => d.stride) }));

test('gathers what a naive reader does', () => {
  const values = Float32Array.from({ length: 700 }, (_, i) => i);
  fc.assert(
    fc.property(layouts, ({ shape, strides }) => {
      expect([...gather(values, shape, strides)]).toEqual(naive(values, shape, strides));
    }),
  );
});

test('gathers tensors whose rows are longer than its table', () => {
  const [rows, columns] = [3, 70_000];
  const values = Float32Array.from({ length: rows * columns }, (_, i) => i);
  const transposed = gather(values, [columns, rows], [1, columns]);
  expect(transposed.slice(0, 4)).toEqual(Float32Array.of(0, columns, 2 * columns, 1));
  expect(
    Buffer.from(gather(transposed, [rows, columns], [1, rows]).buffer).equals(Buffer.from(values.buffer)),
  ).toBe(true);
});

test('channels-last kernels', async () => {
  const shape = [4, 5, 3, 3];
  const strides = [45, 1, 15, 5];
  const values = Float32Array.from({ length: 183 }, (_, i) => i);
  const file = memoryFile(new Uint8Array(values.buffer));
  const source = fileBytes(file, 0, file.size);
  const view = requirePlaced('file', 'weight', { source, dtype: 'f32', first: 3, shape, strides });
  expect([...(await readView(view))]).toEqual(naive(values.subarray(3), shape, strides));
  expect(isContiguous(shape, strides)).toBe(false);
});

test('reads only the bytes that a tensor spans', async () => {
  const file = memoryFile(new Uint8Array(4000));
  const source = fileBytes(file, 0, 4000);
  const view: TensorView = { source, dtype: 'f32', first: 500, shape: [2, 3], strides: [3, 1] };
  expect(await readView(requirePlaced('file', 'x', view))).toHaveLength(6);
  expect(file.largestRead).toBe(24);
});

test.each([
  ['beyond the end', [10], [1], 91],
  ['stride too large', [10], [20], 0],
  ['more elements than the storage', [1000], [0], 0],
  ['product without bound', [2 ** 40, 2 ** 40], [0, 0], 0],
  ['before the start', [10], [-1], 8],
])('refuses %s', (_, shape, strides, first) => {
  const source = fileBytes(memoryFile(new Uint8Array(400)), 0, 400);
  const place = () => requirePlaced('file', 'x', { source, dtype: 'f32', first, shape, strides });
  expect(place).toThrow(expect.objectContaining({ code: 'TENSOR_OUTSIDE' }));
});

test('contiguity ignores the strides of single elements', () => {
  expect(isContiguous([2, 1, 3], [3, 99, 1])).toBe(true);
  expect(isContiguous([], [])).toBe(true);
  expect(isContiguous([2, 3], [1, 2])).toBe(false);
});
