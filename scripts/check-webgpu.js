/**
 * Renders and projects with golden generators on WebGPU, renders in half precision where the device has it, and
 * compares with the processor; then checks that a machine without the device falls back: npm run check:webgpu. Where
 * there is no graphics card, a Vulkan driver in software does, slowly: SwiftShader comes with Debian's chromium, and
 * is taken from there unless VK_ICD_FILENAMES names another. It has no 16-bit floats; Mesa's lavapipe has them from
 * version 23 on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCheckpoint } from 'stylegan-blend/checkpoint';
import { openEngine } from 'stylegan-blend/graph';
import { createProjector } from 'stylegan-blend/project';
import { createRenderer } from 'stylegan-blend/render';

/** How far results of the two devices may be apart. */
const TOLERANCE = 2e-3;

/** The same in half precision: two levels of 255. */
const HALF_TOLERANCE = 2 / 127.5;

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
const pictureOf = (name, classIndex) => async (engine) => {
  const renderer = await createRenderer(await openCheckpoint(golden(name)), engine);
  const ws = await renderer.styles(85, { psi: 0.7, classIndex });
  const image = await renderer.image(ws, renderer.noise('const'));
  await renderer.dispose();
  return image;
};
let engines = [await openEngine({ device: 'cpu' }), await openEngine({ device: 'webgpu' })];
let failed = false;

const pictures = await onBoth('picture of golden32, seed 85', pictureOf('golden32'));

await onBoth(`projection of ${STEPS} steps, its losses and its w`, async (engine) => {
  const projector = await createProjector(await openCheckpoint(golden('golden32-tuned')), engine);
  const losses = [];
  const onStep = ({ loss }) => void losses.push(loss);
  const { last } = await projector.project(pictures, { profile: 'reference', steps: STEPS, seed: 1, onStep });
  await projector.dispose();
  return Float32Array.from([...losses, ...last.w]);
});

engines = [engines[0], await openEngine({ device: 'webgpu', half: true, fallBack: true })];
if (engines[1].half) {
  const inHalves = 'in half precision, seed 85';
  await onBoth(`picture of golden32 ${inHalves}`, pictureOf('golden32'), HALF_TOLERANCE);
  await onBoth(`picture of golden64-cond ${inHalves}`, pictureOf('golden64-cond', 2), HALF_TOLERANCE);
} else console.log(`--   not checked, ${engines[1].notices.at(-1)}`);

if (process.platform === 'linux') fallsBack();
process.exit(failed ? 1 : 0);

/** Renders with a Vulkan driver that is not there: the processor has to take over and say why. */
function fallsBack() {
  const folder = mkdtempSync(join(tmpdir(), 'check-webgpu-'));
  const program = fileURLToPath(new URL('../bin/blend.js', import.meta.url));
  const args = [
    'render',
    golden('golden32'),
    '--seeds',
    '85',
    '--device',
    'webgpu',
    '--half',
    '--out',
    folder,
  ];
  const env = { ...process.env, VK_ICD_FILENAMES: join(folder, 'none.json') };
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const notices = stderr.split('\n').filter((line) => line.includes('instead'));
  const isRight = status === 0 && notices.length === 2;
  failed ||= !isRight;
  console.log(`${isRight ? 'ok  ' : 'FAIL'} without a driver: ${isRight ? notices.join(' / ') : stderr}`);
}

/** Computes on both devices and compares. */
async function onBoth(what, compute, tolerance = TOLERANCE) {
  const results = [];
  const times = [];
  for (const engine of engines) {
    const start = performance.now();
    results.push(await compute(engine));
    times.push(`${engine.device} ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  const [expected, actual] = results;
  const difference = expected.reduce((most, value, k) => Math.max(most, Math.abs(value - actual[k])), 0);
  const isClose = difference < tolerance && actual.every(Number.isFinite);
  failed ||= !isClose;
  console.log(
    `${isClose ? 'ok  ' : 'FAIL'} ${what}: ${difference.toExponential(1)} apart (${times.join(', ')})`,
  );
  return expected;
}
