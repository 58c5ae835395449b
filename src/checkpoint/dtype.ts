import type { StoredDType } from './checkpoint.js';
import { narrowToBf16, narrowToF16, widenBf16, widenF16 } from './half.js';

/** Element types that tensors can be written in. */
export type WrittenDType = 'f32' | 'f16' | 'bf16';

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
