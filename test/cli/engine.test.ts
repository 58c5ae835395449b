import { copyFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { bundledPath } from '../../src/models/bundled.js';
import { maxDifference } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { run } from './cli.js';

const pixels = (path: string) => sharp(path).removeAlpha().raw().toBuffer();

test('both engines render the same picture, and the unusual one is named', async () => {
  const folder = await temporaryFolder();
  const render = (engine: string) =>
    run(
      'blend',
      ['render', 'toonhead', '--seeds', '7', '--engine', engine, '--out', `${engine}.png`],
      folder,
    );
  const usual = await render('onnxruntime');
  const other = await render('tfjs');
  expect([usual.code, other.code]).toEqual([0, 0]);
  expect(other.stderr).toMatch(/computing with TensorFlow\.js \S+/);
  const [a, b] = await Promise.all(
    ['onnxruntime', 'tfjs'].map((name) => pixels(join(folder, `${name}.png`))),
  );
  expect(maxDifference(a!, b!)).toBeLessThanOrEqual(1);
});

test('an engine that is not known is refused', async () => {
  const found = await run(
    'blend',
    ['render', 'toonhead', '--seeds', '7', '--engine', 'torch'],
    await temporaryFolder(),
  );
  expect(found.code).toBe(2);
  expect(found.stderr).toMatch(/auto, onnxruntime, tfjs, found "torch"/);
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
