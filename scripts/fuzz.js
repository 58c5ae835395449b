// Longer fuzzing than the tests do: node scripts/fuzz.js [seconds] [seed]
// Damages every fixture in random ways, opens the result and reads all of it. Anything but a result or a
// StyleganBlendError, or a case that takes longer than the limit, is a finding: the seed and case are printed.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { StyleganBlendError } from 'stylegan-blend';
import { inspectOpenFile, readCheckpointFile } from 'stylegan-blend/checkpoint';

const LIMIT_MS = 10_000;
const seconds = Number(process.argv[2] ?? 60);
let seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);

const folders = ['../fixtures/golden/', '../test/checkpoint/tensorflow/'].map(
  (path) => new URL(path, import.meta.url),
);
const fixtures = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /\.(pkl|pt|safetensors)$/.test(name))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) })),
);
for (const { name, bytes } of fixtures.slice(0, 3))
  fixtures.push({ name: `${name}.gz`, bytes: new Uint8Array(gzipSync(bytes)) });

const outcomes = new Map();
const end = Date.now() + seconds * 1000;
let cases = 0;
let findings = 0;
for (; Date.now() < end; seed++) {
  const random = mulberry32(seed);
  const { name, bytes } = fixtures[Math.floor(random() * fixtures.length)];
  const damaged = damage(bytes, random);
  const start = performance.now();
  const outcome = await attempt(damaged, name).catch((error) => {
    if (error instanceof StyleganBlendError) return error.code;
    findings++;
    console.error(`finding: seed ${seed}, ${name}:`, error);
    return 'finding';
  });
  const took = performance.now() - start;
  if (took > LIMIT_MS) {
    findings++;
    console.error(`finding: seed ${seed}, ${name}: took ${Math.round(took)} ms`);
  }
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  cases++;
}
console.log(`${cases} cases, ${findings} findings`);
for (const [outcome, count] of [...outcomes].sort((a, b) => b[1] - a[1]))
  console.log(`${String(count).padStart(8)} ${outcome}`);
process.exitCode = findings > 0 ? 1 : 0;

async function attempt(bytes, name) {
  const file = await readCheckpointFile(memoryFile(bytes, name));
  try {
    await inspectOpenFile(file);
    for (const network of file.networks) {
      const checkpoint = await file.checkpoint(network);
      for (const tensor of checkpoint.tensors.keys()) await checkpoint.read(tensor);
    }
  } finally {
    await file.close();
  }
  return 'read';
}

/** A copy that ends early, has bytes changed, or a piece of it moved. */
function damage(bytes, random) {
  const below = (limit) => Math.floor(random() * limit);
  // Structure lies at both ends of most formats.
  const place = () =>
    random() < 0.5
      ? below(bytes.length)
      : random() < 0.5
        ? below(Math.min(20_000, bytes.length))
        : bytes.length - 1 - below(Math.min(8000, bytes.length));
  if (random() < 0.15) return bytes.slice(0, place());
  const copy = bytes.slice();
  if (random() < 0.1) copy.copyWithin(place(), place(), place());
  for (let flips = 1 + below(8); flips > 0; flips--) {
    const at = place();
    const kind = random();
    if (kind < 0.5) copy[at] ^= 1 << below(8);
    else if (kind < 0.8) copy[at] = below(256);
    else copy.fill(random() < 0.5 ? 0xff : 0, at, at + 8);
  }
  return copy;
}

function memoryFile(bytes, path) {
  return {
    path,
    size: bytes.length,
    read: async (offset, length) => {
      const sound =
        Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
      if (!sound || offset + length > bytes.length) {
        throw new StyleganBlendError('FILE_TRUNCATED', `${path}: ${length} bytes at ${offset}`);
      }
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    close: async () => {},
  };
}

function mulberry32(from) {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
