import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Buffers } from '../../src/files/buffers.js';

test('what was given back is used again, what is in use never', () => {
  const lengths = fc.array(fc.tuple(fc.integer({ min: 0, max: 4096 }), fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(lengths, (steps) => {
      const buffers = new Buffers();
      const used: Uint8Array<ArrayBuffer>[] = [];
      for (const [length, isGiven] of steps) {
        const bytes = buffers.take(length);
        expect([bytes.length, bytes.byteOffset]).toEqual([length, 0]);
        expect(used.some(({ buffer }) => buffer === bytes.buffer)).toBe(false);
        if (isGiven) buffers.give(bytes);
        else used.push(bytes);
      }
    }),
  );
});

test('takes the smallest that is large enough', () => {
  const buffers = new Buffers();
  const [small, large] = [buffers.take(100), buffers.take(1000)];
  buffers.give(large);
  buffers.give(small);
  expect(buffers.take(80).buffer).toBe(small.buffer);
  expect(buffers.takeFloats(250).buffer).toBe(large.buffer);
});

test('leaves alone what is not its own, and what was given back before', () => {
  const buffers = new Buffers();
  const own = buffers.take(16);
  buffers.give(new Uint8Array(16));
  buffers.give(own);
  buffers.give(own);
  expect(buffers.take(16).buffer).toBe(own.buffer);
  expect(buffers.take(16).buffer).not.toBe(own.buffer);
});
