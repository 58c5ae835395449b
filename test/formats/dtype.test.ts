import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstOverflow, fromFloat32, toFloat32 } from '../../src/formats/dtype.js';
import { narrowToBf16, narrowToF16, widenBf16, widenF16 } from '../../src/numbers/half.js';

const everyHalf = Uint16Array.from({ length: 65536 }, (_, i) => i);

/** Values of f16 by the definition of the format. */
function f16(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = (h & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

/** The nearest of all halves; the even one of two that are as near. */
function nearestF16(value: number): number {
  const magnitude = Math.abs(value);
  let [low, high] = [0, 0x7c00];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (f16(middle) <= magnitude) low = middle;
    else high = middle;
  }
  const above = high === 0x7c00 ? 65536 : f16(high);
  const [below, over] = [magnitude - f16(low), above - magnitude];
  const nearest = below < over || (below === over && low % 2 === 0) ? low : high;
  return nearest | (value < 0 || Object.is(value, -0) ? 0x8000 : 0);
}

test('every f16 has the value of its definition and survives the way there and back', () => {
  const values = widenF16(everyHalf);
  const back = narrowToF16(values);
  for (let h = 0; h < 65536; h++) {
    if (!Object.is(values[h], f16(h))) throw new Error(`${h}: ${values[h]}`);
    if (Number.isNaN(values[h])) expect(back[h]! & 0x7c00 && Number.isNaN(f16(back[h]!))).toBe(true);
    else if (back[h] !== h) throw new Error(`${h} came back as ${back[h]}`);
  }
});

test('every bf16 survives the way there and back', () => {
  const values = widenBf16(everyHalf);
  const back = narrowToBf16(values);
  for (let h = 0; h < 65536; h++) {
    if (Number.isNaN(values[h])) expect((back[h]! & 0x7f80) === 0x7f80 && (back[h]! & 0x7f) !== 0).toBe(true);
    else if (back[h] !== h) throw new Error(`${h} came back as ${back[h]}`);
  }
});

test('f16 rounds to the nearest, ties to even, all the way between any two neighbours', () => {
  const probes: number[] = [];
  for (let h = 0; h < 0x7c00; h++) {
    const [low, high] = [f16(h), h === 0x7bff ? 65536 : f16(h + 1)];
    const middle = (low + high) / 2;
    for (const value of [middle, low + (high - low) * 0.499, low + (high - low) * 0.501])
      probes.push(value, -value);
  }
  const values = Float32Array.from(probes);
  const halves = narrowToF16(values);
  for (const [i, value] of values.entries()) {
    if (halves[i] !== nearestF16(value)) throw new Error(`${value}: ${halves[i]}, not ${nearestF16(value)}`);
  }
});

test('bf16 rounds to the nearest, ties to even', () => {
  const float = fc.float({ noNaN: true });
  fc.assert(
    fc.property(float, (value) => {
      const h = narrowToBf16(Float32Array.of(value))[0]!;
      const [found, below, above] = widenBf16(Uint16Array.of(h, h - 1, h + 1));
      if (!Number.isFinite(found) || !Number.isFinite(value)) return;
      const error = Math.abs(found! - value);
      for (const neighbour of [below!, above!]) {
        if (!Number.isFinite(neighbour) || Math.sign(neighbour) !== Math.sign(found!)) continue;
        const other = Math.abs(neighbour - value);
        expect(error < other || (error === other && h % 2 === 0)).toBe(true);
      }
    }),
  );
  expect([...narrowToBf16(Float32Array.of(Number.NaN, 3.4e38, -3.4028234e38))]).toEqual([
    0x7fc0, 0x7f80, 0xff80,
  ]);
});

test('other types', () => {
  const bytes = (array: { buffer: ArrayBuffer }) => new Uint8Array(array.buffer);
  expect([...toFloat32(bytes(Float64Array.of(0.1, -1e300)), 'f64')]).toEqual([
    Math.fround(0.1),
    Number.NEGATIVE_INFINITY,
  ]);
  expect([...toFloat32(bytes(BigInt64Array.of(-5n, 2n ** 40n)), 'i64')]).toEqual([-5, 2 ** 40]);
  expect([...toFloat32(bytes(Int32Array.of(-7)), 'i32')]).toEqual([-7]);
  expect([...toFloat32(bytes(Int16Array.of(-7)), 'i16')]).toEqual([-7]);
  expect([...toFloat32(bytes(Int8Array.of(-7)), 'i8')]).toEqual([-7]);
  expect([...toFloat32(Uint8Array.of(200), 'u8')]).toEqual([200]);
  expect([...toFloat32(Uint8Array.of(0, 1, 2), 'bool')]).toEqual([0, 1, 1]);
});

test('32-bit floats are not copied where they are aligned', () => {
  const bytes = new Uint8Array(16);
  expect(toFloat32(bytes.subarray(4), 'f32').buffer).toBe(bytes.buffer);
  expect(toFloat32(bytes.subarray(1, 9), 'f32')).toHaveLength(2);
  const values = Float32Array.of(1, 2);
  expect(fromFloat32(values, 'f32').buffer).toBe(values.buffer);
});

test('finds what a type cannot hold', () => {
  expect(firstOverflow(Float32Array.of(1, 65519), 'f16')).toBe(-1);
  expect(firstOverflow(Float32Array.of(1, -65520), 'f16')).toBe(1);
  expect(firstOverflow(Float32Array.of(Number.POSITIVE_INFINITY, Number.NaN), 'f16')).toBe(-1);
  expect(firstOverflow(Float32Array.of(3.3895e38), 'bf16')).toBe(-1);
  expect(firstOverflow(Float32Array.of(3.4e38), 'bf16')).toBe(0);
  expect(firstOverflow(Float32Array.of(3.4e38), 'f32')).toBe(-1);
});
