import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LINEAR, SINGLE_PRECISION } from '../../src/swap/methods/linear.js';
import type { MergeMethod } from '../../src/swap/methods/method.js';
import { SLERP } from '../../src/swap/methods/slerp.js';
import { TASK } from '../../src/swap/methods/task.js';

/** Merges tensors; those that are missing have no weight. */
function merge(
  tensors: readonly (Float32Array | undefined)[],
  weights: readonly number[],
  method: MergeMethod,
): Float32Array {
  const [first, ...rest] = tensors.flatMap((values, i) =>
    values === undefined ? [] : [{ values, weight: weights[i]! }],
  );
  return method.merge([first!, ...rest]);
}

const values = fc.array(fc.float({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const f32 = (numbers: readonly number[]) => Float32Array.from(numbers);
const norm = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));

function expectClose(found: Float32Array, expected: readonly number[], digits = 5): void {
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, digits);
}

describe('linear', () => {
  test('is the weighted sum, rounded once', () => {
    fc.assert(
      fc.property(values, values, values, share, share, (a, b, c, x, y) => {
        const weights = [1 - 0.5 * (x + y), 0.5 * x, 0.5 * y];
        const mixed = merge([f32(a), f32(b), f32(c)], weights, LINEAR);
        const expected = a.map((_, i) =>
          Math.fround(weights[0]! * a[i]! + weights[1]! * b[i]! + weights[2]! * c[i]!),
        );
        expect([...mixed]).toEqual(expected);
      }),
    );
  });

  test('of eight equal tensors is that tensor, and a model of weight 0 is not needed', () => {
    const tensor = f32([0.1, -3, 7e-3]);
    expect(
      merge(
        Array.from({ length: 8 }, () => tensor),
        Array(8).fill(1 / 8),
        LINEAR,
      ),
    ).toEqual(tensor);
    expect(merge([undefined, tensor, undefined, tensor], [0, 0.5, 0, 0.5], LINEAR)).toEqual(tensor);
  });
});

describe('slerp', () => {
  test('goes along the arc: half-way between two directions of one length the length stays', () => {
    expectClose(merge([f32([3, 0, 0]), f32([0, 3, 0])], [0.5, 0.5], SLERP), [
      3 * Math.SQRT1_2,
      3 * Math.SQRT1_2,
      0,
    ]);
    const third = merge([f32([1, 0]), f32([0, 1])], [2 / 3, 1 / 3], SLERP);
    expectClose(third, [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]);
  });

  test('of two of one length has that length', () => {
    fc.assert(
      fc.property(values, values, share, (a, b, t) => {
        fc.pre(norm(a) > 0.01 && norm(b) > 0.01);
        const [x, y] = [a, b].map((v) => f32(v.map((value) => value / norm(v)))) as [
          Float32Array,
          Float32Array,
        ];
        const cosine = x.reduce((sum, value, i) => sum + value * y[i]!, 0);
        fc.pre(cosine > -0.99);
        expect(norm(merge([x, y], [1 - t, t], SLERP))).toBeCloseTo(1, 5);
      }),
    );
  });

  test('is linear for directions that are nearly the same or opposite, and for zeros', () => {
    const a = f32([1, 2, 3]);
    for (const b of [f32([1, 2, 3.00001]), f32([-1, -2, -3]), f32([0, 0, 0])]) {
      expect(merge([a, b], [0.75, 0.25], SLERP)).toEqual(merge([a, b], [0.75, 0.25], LINEAR));
    }
  });

  test('of three goes from one to the next', () => {
    const [a, b, c] = [f32([1, 0, 0]), f32([0, 1, 0]), f32([0, 0, 1])];
    const third = 1 / 3;
    const two = merge([a, b], [0.5, 0.5], SLERP);
    expectClose(
      merge([a, b, c], [third, third, third], SLERP),
      [...merge([two, c], [2 / 3, third], SLERP)],
      6,
    );
  });
});

test('task vectors start from the base, in proportion to any α', () => {
  fc.assert(
    fc.property(values, values, values, fc.double({ min: -3, max: 3, noNaN: true }), (base, a, b, x) => {
      const mixed = merge([f32(base), f32(a), f32(b)], [1 - x - 0.5, x, 0.5], TASK);
      const expected = base.map((o, i) => Math.fround(o + x * (a[i]! - o) + 0.5 * (b[i]! - o)));
      expect([...mixed]).toEqual(expected);
    }),
  );
});

test('single precision rounds weights, products and sums', () => {
  fc.assert(
    fc.property(values, values, share, (a, b, y) => {
      const mixed = merge([f32(a), f32(b)], [1 - y, y], SINGLE_PRECISION);
      const [x, z] = [Math.fround(1 - y), Math.fround(y)];
      const expected = a.map((value, i) => Math.fround(Math.fround(value * x) + Math.fround(b[i]! * z)));
      expect([...mixed]).toEqual(expected);
    }),
  );
});
