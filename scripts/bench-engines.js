/**
 * Times the engines side by side and prints the table of docs/engines.md: node scripts/bench-engines.js [ENGINE …]
 * Build first (npm run build). Each cell is a process of its own, so that its memory is its own; takes ten minutes.
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openModel } from 'stylegan-blend/checkpoint';
import { ENGINES, openEngine } from 'stylegan-blend/graph';
import { createProjector } from 'stylegan-blend/project';
import { createRenderer } from 'stylegan-blend/render';
import { randomCheckpoint } from '../bench/random-checkpoint.js';

/** A case is run again until this has passed, and at most so often. */
const ENOUGH_MS = 8000;
const MOST_RUNS = 400;

const generators = {
  64: () => openModel('toonhead'),
  256: () => randomCheckpoint(256),
  1024: () => randomCheckpoint(1024),
};

/** Each answers functions to be timed and to end with. */
const cases = {
  async picture(checkpoint, engine) {
    const renderer = await createRenderer(checkpoint, engine);
    const ws = await renderer.styles(0);
    const noise = renderer.noise('const');
    return { run: () => timed(() => renderer.image(ws, noise)), close: () => renderer.dispose() };
  },
  async step(checkpoint, engine) {
    const { resolution } = checkpoint.architecture;
    const projector = await createProjector(checkpoint, engine);
    const target = new Float32Array(3 * resolution ** 2);
    // A run of n steps evaluates n + 1 times.
    const steps = resolution > 64 ? 3 : 9;
    const run = async () =>
      (await timed(() => projector.project(target, { profile: 'reference', steps }))) / (steps + 1);
    return { run, close: () => projector.dispose() };
  },
};

const [first, ...rest] = process.argv.slice(2);
if (first === '--cell') await cell(...rest).catch(({ message }) => fail(message));
else table(first === undefined ? ENGINES : [first, ...rest]);

/** One engine with one case: times and memory as JSON. */
async function cell(name, work, resolution) {
  const checkpoint = await generators[resolution]();
  const started = performance.now();
  const engine = await openEngine({ engine: name, device: name === 'tfjs' ? 'auto' : 'cpu' });
  const { run, close } = await cases[work](checkpoint, engine);
  const ready = performance.now() - started;
  const [firstMs, ms] = await firstAndFastest(run);
  await close();
  await checkpoint.close();
  const { description } = engine;
  console.log(
    JSON.stringify({ description, ready, first: firstMs, ms, rss: process.resourceUsage().maxRSS / 1000 }),
  );
}

function table(engines) {
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.version}\n`,
  );
  console.log('| engine | work | until it can begin | first | fastest | memory |');
  console.log('|---|---|---|---|---|---|');
  for (const resolution of Object.keys(generators)) {
    for (const work of Object.keys(cases)) {
      for (const name of engines) {
        const args = [fileURLToPath(import.meta.url), '--cell', name, work, resolution];
        const found = measured(args);
        if (found === undefined) continue;
        const times = [found.ready, found.first, found.ms].map(format);
        const cells = [
          found.description,
          `${work}, ${resolution} px`,
          ...times,
          `${found.rss.toFixed(0)} MB`,
        ];
        console.log(`| ${cells.join(' | ')} |`);
      }
    }
  }
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

/** What a cell says; undefined where the engine is not there, which it says on stderr. */
function measured(args) {
  try {
    return JSON.parse(execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  } catch {
    return undefined;
  }
}

async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * The first run, and the fastest of all: WebAssembly is optimised while it runs, and other programs only ever make a run
 * slower.
 */
async function firstAndFastest(run) {
  const started = performance.now();
  const times = [];
  while (times.length < 2 || (times.length < MOST_RUNS && performance.now() - started < ENOUGH_MS)) {
    times.push(await run());
  }
  return [times[0], Math.min(...times)];
}

function format(ms) {
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
