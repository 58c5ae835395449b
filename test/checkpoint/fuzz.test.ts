import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readCheckpoint } from '../../src/checkpoint/open.js';
import { StyleganBlendError } from '../../src/errors.js';
import { ByteWindow } from '../../src/formats/pickle/byte-window.js';
import { readPickle } from '../../src/formats/pickle/interpreter.js';
import { memoryFile } from '../support/memory-file.js';
import { mulberry32 } from '../support/random-generator.js';

/** Opening and reading a damaged fixture takes some milliseconds; this is for a machine that is busy. */
const LIMIT_MS = 5000;

const folders = [
  ['../../fixtures/golden/', /\.(pkl|pt|safetensors)$/, 200],
  ['../../fixtures/generators/', /\.safetensors$/, 300],
  ['tensorflow/', /\.pkl$/, 150],
  ['../generator/older/', /(classes|growing)\.pkl$/, 100],
] as const;
const fixtures = folders.flatMap(([folder, pattern, cases]) => {
  const url = new URL(folder, import.meta.url);
  const names = readdirSync(url).filter((name) => pattern.test(name));
  return names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, url))), cases }));
});

/** Where the structure is: the flips between these bytes would mostly hit weights, which may be anything. */
function interesting(bytes: Uint8Array): number {
  return bytes[8] === 0x7b
    ? 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
    : bytes.length;
}

/** A copy that ends early, or has some bytes changed. */
function damage(bytes: Uint8Array, random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit);
  const structure = interesting(bytes);
  if (random() < 0.3) return bytes.slice(0, below(random() < 0.5 ? structure : bytes.length));
  const copy = bytes.slice();
  for (let flips = 1 + below(8); flips > 0; flips--) {
    const at = below(structure);
    const kind = random();
    if (kind < 0.5) copy[at]! ^= 1 << below(8);
    else if (kind < 0.8) copy[at] = below(256);
    else copy.fill(random() < 0.5 ? 0xff : 0, at, at + 8);
  }
  return copy;
}

test.each(fixtures)('damaged copies of $name are read or refused', async ({ name, bytes, cases }) => {
  const random = mulberry32(name.length);
  const outcomes = new Map<string, number>();
  for (let i = 0; i < cases; i++) {
    const damaged = damage(bytes, random);
    const file = memoryFile(damaged, name);
    const start = performance.now();
    const outcome = await attempt(file).catch((error) => {
      if (error instanceof StyleganBlendError) return error.code;
      throw new Error(`case ${i} of ${name}`, { cause: error });
    });
    expect(performance.now() - start).toBeLessThan(LIMIT_MS);
    expect(file.largestRead).toBeLessThanOrEqual(Math.max(damaged.length, 1));
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  // The damage is worth something: not all of it is refused at the first look, and some is refused.
  expect(outcomes.size).toBeGreaterThan(1);
});

async function attempt(file: ReturnType<typeof memoryFile>): Promise<string> {
  const checkpoint = await readCheckpoint(file);
  try {
    for (const tensor of checkpoint.tensors.keys()) await checkpoint.read(tensor);
  } finally {
    await checkpoint.close();
  }
  return 'read';
}

test('random opcodes are run or refused', async () => {
  const random = mulberry32(1);
  // Opcodes that build something, far more often than a random byte would be one.
  const opcodes = Buffer.from(
    'NKIJ(0122qhjr]})aesu\x85\x86\x87t\x93RbioQ\x81\x8f\x90\x91\x92\x94d.l',
    'latin1',
  );
  for (let i = 0; i < 3000; i++) {
    const bytes = Uint8Array.from({ length: 200 }, () =>
      random() < 0.1 ? Math.floor(random() * 256) : opcodes[Math.floor(random() * opcodes.length)]!,
    );
    await readPickle(new ByteWindow(memoryFile(Uint8Array.from([0x80, 4, ...bytes])))).catch((error) => {
      if (!(error instanceof StyleganBlendError)) throw new Error(`case ${i}`, { cause: error });
    });
  }
});
