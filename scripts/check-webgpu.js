/**
 * Renders and projects with the golden generator of 32 px on WebGPU and compares with the processor:
 * npm run check:webgpu. Where there is no graphics card, a Vulkan driver in software does, slowly: SwiftShader comes with
 * Debian's chromium, and is taken from there unless VK_ICD_FILENAMES names another.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openCheckpoint } from '../dist/checkpoint/open.js';
import { openEngine } from '../dist/engine/index.js';
import { createProjector } from '../dist/project/projector.js';
import { createRenderer } from '../dist/render/renderer.js';

/** How far results of the two devices may be apart. */
const TOLERANCE = 2e-3;

const STEPS = 3;
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

// Drivers read the environment when the process starts.
if (process.env.VK_ICD_FILENAMES === undefined && existsSync(SWIFTSHADER) && !existsSync('/dev/dri')) {
  const env = {
    ...process.env,
    VK_ICD_FILENAMES: SWIFTSHADER,
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
  };
  const script = fileURLToPath(import.meta.url);
  process.exit(
    spawnSync(process.execPath, [script, ...process.argv.slice(2)], { env, stdio: 'inherit' }).status ?? 1,
  );
}

const golden = (name) => fileURLToPath(new URL(`../fixtures/golden/${name}.pkl`, import.meta.url));
const engines = [await openEngine({ device: 'cpu' }), await openEngine({ device: 'webgpu' })];
let failed = false;

const pictures = await onBoth('picture of golden32, seed 85', async (engine) => {
  const renderer = await createRenderer(await openCheckpoint(golden('golden32')), engine);
  const image = await renderer.image(await renderer.styles(85, { psi: 0.7 }), renderer.noise('const'));
  await renderer.dispose();
  return image;
});

await onBoth(`projection of ${STEPS} steps, its losses and its w`, async (engine) => {
  const projector = await createProjector(await openCheckpoint(golden('golden32-tuned')), engine);
  const losses = [];
  const onStep = ({ loss }) => void losses.push(loss);
  const { last } = await projector.project(pictures, { profile: 'reference', steps: STEPS, seed: 1, onStep });
  await projector.dispose();
  return Float32Array.from([...losses, ...last.w]);
});

process.exit(failed ? 1 : 0);

/** Computes on both devices and compares. */
async function onBoth(what, compute) {
  const results = [];
  const times = [];
  for (const engine of engines) {
    const start = performance.now();
    results.push(await compute(engine));
    times.push(`${engine.device} ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  const [expected, actual] = results;
  const difference = expected.reduce((most, value, k) => Math.max(most, Math.abs(value - actual[k])), 0);
  const isClose = difference < TOLERANCE && actual.every(Number.isFinite);
  failed ||= !isClose;
  console.log(
    `${isClose ? 'ok  ' : 'FAIL'} ${what}: ${difference.toExponential(1)} apart (${times.join(', ')})`,
  );
  return expected;
}
