import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
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
  expect(found.stderr).toMatch(/torch.*auto, onnxruntime, tfjs/);
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
