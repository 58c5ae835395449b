import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bundledPath } from '../../src/models/bundled.js';
import { fixture, maxDifference } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { interrupted, run } from './cli.js';

/** Makes a program believe that onnxruntime-node is not installed. */
const HIDING = fileURLToPath(new URL('hide-onnxruntime-node.cjs', import.meta.url));

const pixels = (path: string) => sharp(path).removeAlpha().raw().toBuffer();

test('both builds of ONNX Runtime render the same picture, and the unusual one is named', async () => {
  const folder = await temporaryFolder();
  const render = (engine: string) =>
    run(
      'blend',
      ['render', 'toonhead', '--seeds', '7', '--engine', engine, '--out', `${engine}.png`],
      folder,
    );
  const usual = await render('onnxruntime');
  const web = await render('onnxruntime-web');
  expect([usual.code, web.code]).toEqual([0, 0]);
  expect(web.stderr).toMatch(/computing with ONNX Runtime \S+ in WebAssembly/);
  const [a, b] = await Promise.all(
    ['onnxruntime', 'onnxruntime-web'].map((name) => pixels(join(folder, `${name}.png`))),
  );
  expect(maxDifference(a!, b!)).toBeLessThanOrEqual(1);
});

test('where onnxruntime-node is not installed, WebAssembly takes its place and says so once', async () => {
  const folder = await temporaryFolder();
  const environment = { NODE_OPTIONS: `--require ${HIDING}` };
  const render = (out: string, ...args: string[]) =>
    run('blend', ['render', 'toonhead', '--seeds', '7', '--out', out, ...args], folder, environment);
  const usual = await run('blend', ['render', 'toonhead', '--seeds', '7', '--out', 'usual.png'], folder);
  expect(usual.code).toBe(0);
  const found = await render('web.png');
  expect(found.code).toBe(0);
  expect(found.stderr.match(/WebAssembly/g)).toHaveLength(1);
  expect(found.stderr).toMatch(
    /engine onnxruntime: onnxruntime-node is not installed; ONNX Runtime \S+ in WebAssembly, .* takes its place/,
  );
  const [a, b] = await Promise.all(['usual', 'web'].map((name) => pixels(join(folder, `${name}.png`))));
  expect(maxDifference(a!, b!)).toBeLessThanOrEqual(1);

  const refused = await render('never.png', '--engine', 'onnxruntime');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('npm install onnxruntime-node');
});

test('faces are found without onnxruntime-node, too', async () => {
  const folder = await temporaryFolder();
  const photo = fixture('photos/astronaut.jpg');
  const align = (out: string, environment: Record<string, string>) =>
    run('blend', ['align', photo, '--size', '64', '--out', out], folder, environment);
  expect((await align('usual.png', {})).stderr).not.toContain('engine');
  const found = await align('web.png', { NODE_OPTIONS: `--require ${HIDING}` });
  expect(found.code).toBe(0);
  expect(found.stderr.match(/WebAssembly/g)).toHaveLength(1);
  const [a, b] = await Promise.all(['usual', 'web'].map((name) => pixels(join(folder, `${name}.png`))));
  expect(maxDifference(a!, b!)).toBeLessThanOrEqual(1);
});

test('a process that computes in WebAssembly can be interrupted', async () => {
  const folder = await temporaryFolder();
  const args = ['render', 'toonhead', '--seeds', '0-999', '--out', 'many', '--engine', 'onnxruntime-web'];
  const found = await interrupted('blend', args, folder, /computing with/);
  expect(found.code).toBe(130);
});

test('an engine that is not known is refused', async () => {
  const found = await run(
    'blend',
    ['render', 'toonhead', '--seeds', '7', '--engine', 'torch'],
    await temporaryFolder(),
  );
  expect(found.code).toBe(2);
  expect(found.stderr).toMatch(/auto, onnxruntime, onnxruntime-web, tfjs, found "torch"/);
});

test('a generator is compiled once and kept, until its file is another or it is forgotten', async () => {
  const folder = await temporaryFolder();
  const environment = { STYLEGAN_BLEND_HOME: join(folder, 'home'), STYLEGAN_BLEND_COMPILED_MB: '' };
  const blend = (...args: string[]) => run('blend', args, folder, environment);
  const render = (out: string, ...more: string[]) =>
    blend('render', 'model.safetensors', '--seeds', '7', '--out', out, ...more);
  const kept = () => readdir(join(folder, 'home/cache/compiled')).catch(() => []);
  const use = async (path: string) => {
    await copyFile(path, join(folder, 'model.safetensors'));
    // A file that was written just now is not trusted to stay as it is.
    await sleep(1100);
  };

  await use(bundledPath('toonhead'));
  expect((await render('without.png', '--no-cache')).code).toBe(0);
  expect(await kept()).toHaveLength(0);
  for (const out of ['first.png', 'second.png']) expect((await render(out)).code).toBe(0);
  // Mapping network and synthesis network.
  expect(await kept()).toHaveLength(2);
  const [without, first, second] = await Promise.all(
    ['without', 'first', 'second'].map((name) => readFile(join(folder, `${name}.png`))),
  );
  expect(first).toEqual(without);
  expect(second).toEqual(without);

  await use(bundledPath('pixelart'));
  expect((await render('other.png')).code).toBe(0);
  expect(await readFile(join(folder, 'other.png'))).not.toEqual(without);
  expect(await kept()).toHaveLength(4);
  expect((await blend('doctor', '--clear-cache')).stdout).toMatch(/bytes are free again/);
  expect(await kept()).toHaveLength(0);
});

test('a device that cannot be used is replaced by the processor, and the reason is said', async () => {
  const folder = await temporaryFolder();
  const found = await run('blend', ['render', 'toonhead', '--seeds', '7', '--device', 'coreml'], folder);
  if (process.platform === 'darwin') return;
  expect(found.code).toBe(0);
  expect(found.stderr).toMatch(/device coreml: .* has only .*; computing on the processor instead/);
});

test('doctor finds the default engine at work', async () => {
  const found = await run('blend', ['doctor', '--json'], await temporaryFolder());
  expect(found.code).toBe(0);
  const report = JSON.parse(found.stdout);
  expect(report.ok).toBe(true);
  expect(report.engines).toContainEqual(
    expect.objectContaining({ engine: 'onnxruntime', device: 'cpu', state: 'works' }),
  );
});
