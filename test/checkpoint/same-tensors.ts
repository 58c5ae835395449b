import { expect } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';

/** Expects two checkpoints to have the same tensors, bit for bit. */
export async function expectSameTensors(found: Checkpoint, expected: Checkpoint): Promise<void> {
  expect([...found.tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
  for (const [name, { shape }] of expected.tensors) {
    expect(found.tensors.get(name)!.shape, name).toEqual(shape);
    const [a, b] = await Promise.all([found.read(name), expected.read(name)]);
    expect(sameBits(a, b), name).toBe(true);
  }
}

function sameBits(a: Float32Array, b: Float32Array): boolean {
  const [x, y] = [a, b].map((v) => Buffer.from(v.buffer, v.byteOffset, v.byteLength));
  return x!.equals(y!);
}
