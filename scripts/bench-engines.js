/**
 * Times the engines side by side and prints the table of docs/engines.md: node scripts/bench-engines.js [ENGINE …]
 * Build first (npm run build). The slowest takes some minutes.
 */
import { cpus } from 'node:os';
import { openModel } from 'stylegan-blend/checkpoint';
import { openEngine, openTfjs, TFJS_PACKAGES } from 'stylegan-blend/graph';
import { createProjector } from 'stylegan-blend/project';
import { createRenderer } from 'stylegan-blend/render';
import { randomCheckpoint } from '../bench/random-checkpoint.js';

/** A case is run again until this has passed, and at most so often. */
const ENOUGH_MS = 5000;
const MOST_RUNS = 9;

const engines = [
  ['onnxruntime', () => openEngine({ engine: 'onnxruntime', device: 'cpu' })],
  ...TFJS_PACKAGES.map((one) => [one.name, () => openTfjs({ packages: [one] })]),
];

/** Each answers a function to be timed. */
const cases = {
  'picture, 64 px': async (engine) => picture(await openModel('toonhead'), engine),
  'projector step, 64 px': async (engine) => projectorStep(await openModel('toonhead'), engine),
  'picture, 256 px': async (engine) => picture(randomCheckpoint(256), engine),
};

async function picture(checkpoint, engine) {
  const renderer = await createRenderer(checkpoint, engine);
  await checkpoint.close();
  const ws = await renderer.styles(0);
  const noise = renderer.noise('const');
  return { run: () => timed(() => renderer.image(ws, noise)), close: () => renderer.dispose() };
}

async function projectorStep(checkpoint, engine) {
  const { resolution } = checkpoint.architecture;
  const projector = await createProjector(checkpoint, engine);
  await checkpoint.close();
  const target = new Float32Array(3 * resolution ** 2);
  // A run of n steps evaluates n + 1 times.
  const run = async () =>
    (await timed(() => projector.project(target, { profile: 'reference', steps: 9 }))) / 10;
  return { run, close: () => projector.dispose() };
}

async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** The first run warms up, unless it took so long that it has to do. */
async function median(run) {
  const started = performance.now();
  const first = await run();
  const times = performance.now() - started < ENOUGH_MS ? [] : [first];
  while (times.length === 0 || (times.length < MOST_RUNS && performance.now() - started < ENOUGH_MS)) {
    times.push(await run());
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

const format = (ms) =>
  ms < 100 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;

const wanted = process.argv.slice(2);
console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}\n`);
console.log(`| engine | ${Object.keys(cases).join(' | ')} |`);
console.log(`|---|${'---|'.repeat(Object.keys(cases).length)}`);
for (const [name, open] of engines) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const engine = await open().catch((error) => console.error(`${name}: ${error.message}`));
  if (engine === undefined) continue;
  const cells = [];
  for (const prepare of Object.values(cases)) {
    const { run, close } = await prepare(engine);
    cells.push(format(await median(run)));
    await close();
  }
  console.log(`| ${engine.description} | ${cells.join(' | ')} |`);
}
