/**
 * The two 16-bit float formats. f16 is IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits); bf16 is the upper
 * half of a 32-bit float. Narrowing rounds to nearest, ties to even, as PyTorch does; NaN stays NaN.
 */

let f16Table: Float32Array | undefined;

/** The value of every one of the 65,536 halves: looking up is the fastest way of widening. */
function f16Values(): Float32Array {
  if (f16Table !== undefined) return f16Table;
  const bits = new Uint32Array(65536);
  const values = new Float32Array(bits.buffer);
  for (let h = 0; h < 65536; h++) {
    const sign = (h & 0x8000) << 16;
    const exponent = (h >>> 10) & 0x1f;
    const fraction = h & 0x3ff;
    if (exponent === 0) {
      // Zero and subnormals: fraction / 2^24.
      values[h] = fraction / 16777216;
      bits[h] = bits[h]! | sign;
    } else {
      bits[h] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
    }
  }
  f16Table = values;
  return values;
}

export function widenF16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const table = f16Values();
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i]!]!;
  return values;
}

export function widenBf16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return new Float32Array(bits.buffer);
}

/** Finite values from 65520 become infinite. */
export function narrowToF16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = f16Bits(bits[i]!);
  return halves;
}

export function narrowToBf16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) {
    const b = bits[i]!;
    // A NaN whose fraction lies in the lower half only must not turn into infinity.
    if ((b & 0x7fffffff) > 0x7f800000) halves[i] = (b >>> 16) | 0x40;
    else halves[i] = (b + 0x7fff + ((b >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/** The half nearest to a 32-bit float, both as bits. */
function f16Bits(b: number): number {
  const sign = (b >>> 16) & 0x8000;
  const magnitude = b & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x1ff);
  // 0x477ff000 is 65520, half-way between the largest half and what would be the next one.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Normal: move the exponent's bias from 127 to 15, round off 13 bits; a carry runs into the exponent rightly.
    const rebased = magnitude - 0x38000000;
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
  }
  // Subnormal: a multiple of 2^-24, of which the 24-bit significand is shifted into place. Below half of it: zero.
  if (magnitude < 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const significand = (magnitude & 0x7fffff) | 0x800000;
  const half = 1 << (shift - 1);
  return sign | ((significand + half - 1 + ((significand >>> shift) & 1)) >>> shift);
}
