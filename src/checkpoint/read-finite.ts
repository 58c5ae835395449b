import { InputFileError } from '../errors.js';
import type { Buffers } from '../files/buffers.js';
import type { Checkpoint } from './checkpoint.js';

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

/** A sum in 64 bits of anything finite is finite. Four sums at a time: twice as fast as looking at each value. */
function isFinite32(values: Float32Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= values.length; i += 4) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
  }
  for (; i < values.length; i++) a += values[i]!;
  return Number.isFinite(a + b + c + d);
}
