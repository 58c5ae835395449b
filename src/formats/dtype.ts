import { narrowToBf16, narrowToF16, widenBf16, widenF16 } from '../numbers/half.js';

/** Element types that tensors may be stored in; all are read as 32-bit floats. */
export type StoredDType = 'f64' | 'f32' | 'f16' | 'bf16' | 'i64' | 'i32' | 'i16' | 'i8' | 'u8' | 'bool';

/** Element types that tensors can be written in. */
export const WRITTEN_DTYPES = ['f32', 'f16', 'bf16'] as const;
export type WrittenDType = (typeof WRITTEN_DTYPES)[number];

/** Bytes of one element. */
export const BYTES_PER_ELEMENT: Readonly<Record<StoredDType, number>> = {
  f64: 8,
  f32: 4,
  f16: 2,
  bf16: 2,
  i64: 8,
  i32: 4,
  i16: 2,
  i8: 1,
  u8: 1,
  bool: 1,
};

/**
 * Little-endian elements of any type as 32-bit floats. 32-bit floats are not copied where their alignment permits.
 * Integers beyond 2^24 and doubles are rounded. The length has to be a multiple of the element's size.
 */
export function toFloat32(stored: Uint8Array<ArrayBuffer>, dtype: StoredDType): Float32Array<ArrayBuffer> {
  const size = BYTES_PER_ELEMENT[dtype];
  const bytes = stored.byteOffset % size === 0 ? stored : stored.slice();
  const { buffer, byteOffset } = bytes;
  const length = bytes.byteLength / size;
  switch (dtype) {
    case 'f32':
      return new Float32Array(buffer, byteOffset, length);
    case 'f16':
      return widenF16(new Uint16Array(buffer, byteOffset, length));
    case 'bf16':
      return widenBf16(new Uint16Array(buffer, byteOffset, length));
    case 'f64':
      return new Float32Array(new Float64Array(buffer, byteOffset, length));
    case 'i64':
      return Float32Array.from(new BigInt64Array(buffer, byteOffset, length), Number);
    case 'i32':
      return new Float32Array(new Int32Array(buffer, byteOffset, length));
    case 'i16':
      return new Float32Array(new Int16Array(buffer, byteOffset, length));
    case 'i8':
      return new Float32Array(new Int8Array(buffer, byteOffset, length));
    case 'u8':
      return new Float32Array(bytes);
    case 'bool':
      return Float32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1));
  }
}

/**
 * Numbers as little-endian bytes of any type. Integers are rounded, and refused where they do not fit.
 * Undefined where a value has no counterpart in the type.
 */
export function encodeElements(
  values: Float64Array | Float32Array,
  dtype: StoredDType,
): Uint8Array<ArrayBuffer> | undefined {
  const floats = values instanceof Float32Array ? values : undefined;
  switch (dtype) {
    case 'f64':
      return new Uint8Array(new Float64Array(values).buffer);
    case 'f32':
      return new Uint8Array(new Float32Array(values).buffer);
    case 'f16':
    case 'bf16':
      return fromFloat32(floats ?? new Float32Array(values), dtype).slice() as Uint8Array<ArrayBuffer>;
  }
  const integers = Array.from(values, Math.round);
  const { low, high, make } = INTEGERS[dtype];
  if (!integers.every((value) => value >= low && value <= high)) return undefined;
  return new Uint8Array(make(integers).buffer);
}

interface IntegerType {
  readonly low: number;
  readonly high: number;
  make(values: number[]): { buffer: ArrayBuffer };
}

const INTEGERS: Readonly<Record<'i64' | 'i32' | 'i16' | 'i8' | 'u8' | 'bool', IntegerType>> = {
  i64: { low: -(2 ** 63), high: 2 ** 63 - 1024, make: (v) => BigInt64Array.from(v, BigInt) },
  i32: { low: -(2 ** 31), high: 2 ** 31 - 1, make: (v) => Int32Array.from(v) },
  i16: { low: -(2 ** 15), high: 2 ** 15 - 1, make: (v) => Int16Array.from(v) },
  i8: { low: -128, high: 127, make: (v) => Int8Array.from(v) },
  u8: { low: 0, high: 255, make: (v) => Uint8Array.from(v) },
  bool: { low: 0, high: 1, make: (v) => Uint8Array.from(v) },
};

/** Turns elements of `size` bytes from one byte order into the other, in place. */
export function swapByteOrder(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}

/** 32-bit floats as little-endian bytes of a type. 32-bit floats are not copied. */
export function fromFloat32(values: Float32Array, dtype: WrittenDType): Uint8Array {
  if (dtype === 'f32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const halves = dtype === 'f16' ? narrowToF16(values) : narrowToBf16(values);
  return new Uint8Array(halves.buffer);
}

/** Index of the first finite value that becomes infinite when it is written as `dtype`; -1 where none does. */
export function firstOverflow(values: Float32Array, dtype: WrittenDType): number {
  if (dtype === 'f32') return -1;
  // Half-way from the largest number of the type to what would be the next: from here on rounding gives infinity.
  const limit = dtype === 'f16' ? 65520 : 511 * 2 ** 119;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!);
    if (magnitude >= limit && magnitude !== Number.POSITIVE_INFINITY) return i;
  }
  return -1;
}
