import { InputFileError } from '../errors.js';
import type { Buffers } from '../files/buffers.js';
import type { Checkpoint } from './checkpoint.js';

/** All bits of a 32-bit float but its sign. */
const MAGNITUDE = 0x7fffffff;

/** The lowest bit of its exponent. */
const EXPONENT_ONE = 0x00800000;

/**
 * Reads a tensor whose values all have to be numbers.
 *
 * @throws InputFileError `TENSOR_NOT_FINITE` naming the first NaN or infinity, and those of `Checkpoint.read`
 */
export async function readFinite(
  checkpoint: Checkpoint,
  name: string,
  buffers?: Buffers,
): Promise<Float32Array> {
  const values = await checkpoint.read(name, buffers);
  const index = firstNonFinite(values);
  if (index >= 0) {
    throw new InputFileError(
      'TENSOR_NOT_FINITE',
      `${checkpoint.origin.path}: ${name}: expected finite values, found ${values[index]} at index ${index}`,
      { hint: 'the training of this generator has diverged, or the file is damaged' },
    );
  }
  return values;
}

/** Index of the first value that is NaN or infinite, -1 where all are finite. */
export function firstNonFinite(values: Float32Array): number {
  return isFinite32(values) ? -1 : values.findIndex((value) => !Number.isFinite(value));
}

/**
 * NaN and infinity are what has all bits of the exponent set: one more at its end then carries into the sign. Four
 * times as fast as adding the values up.
 */
function isFinite32({ buffer, byteOffset, length }: Float32Array): boolean {
  const bits = new Int32Array(buffer, byteOffset, length);
  let carries = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    carries |=
      ((bits[i]! & MAGNITUDE) + EXPONENT_ONE) |
      ((bits[i + 1]! & MAGNITUDE) + EXPONENT_ONE) |
      ((bits[i + 2]! & MAGNITUDE) + EXPONENT_ONE) |
      ((bits[i + 3]! & MAGNITUDE) + EXPONENT_ONE);
  }
  for (; i < length; i++) carries |= (bits[i]! & MAGNITUDE) + EXPONENT_ONE;
  return carries >= 0;
}
