import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstNonFinite } from '../../src/checkpoint/read-finite.js';

const values = fc.array(
  fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 3.4028234663852886e38, -3.4028234663852886e38, 1e-45),
    { arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity), weight: 1 },
  ),
  { maxLength: 40 },
);

test('the first NaN or infinity is found, wherever it is, and nothing else is', () => {
  fc.assert(
    fc.property(values, fc.nat(3), (list, offset) => {
      const array = new Float32Array([...Array(offset).fill(Number.NaN), ...list]).subarray(offset);
      expect(firstNonFinite(array)).toBe(list.findIndex((value) => !Number.isFinite(value)));
    }),
  );
});
