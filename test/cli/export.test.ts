import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, run } from './cli.js';

test('a model and a page about it, checked on request', async () => {
  const folder = await temporaryFolder();
  const { code, stdout } = await run(
    'blend',
    ['export', 'toonhead', '--out', 'g.onnx', '--check', '--json'],
    folder,
  );
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ readme: 'g.md', models: [{ part: 'generator', output: 'g.onnx' }] });
  expect(document.check.difference).toBeLessThan(1e-4);
  expect(document.check.levels).toBeLessThanOrEqual(1);
  expect(await filesIn(folder)).toEqual(['g.md', 'g.onnx']);
  const page = await readFile(join(folder, 'g.md'), 'utf8');
  for (const { name, shape } of [...document.models[0].inputs, ...document.models[0].outputs]) {
    expect(page).toContain(`| \`${name}\` | [${shape.join(', ')}] |`);
  }
  expect(page).toContain(document.models[0].metadata.source_sha256);
});

test('in half precision, within two levels of what it is in 32 bits', async () => {
  const folder = await temporaryFolder();
  const { code, stdout } = await run(
    'blend',
    ['export', 'toonhead', '--out', 'g.onnx', '--half', '--check', '--json'],
    folder,
  );
  expect(code).toBe(0);
  const { check, models } = JSON.parse(stdout);
  expect(check.levels).toBeLessThanOrEqual(2);
  expect(models[0].metadata.computed).toBe('f16 from 16 px');
  expect(await readFile(join(folder, 'g.md'), 'utf8')).toContain('computed in f16 from 16 px');
});

test('two parts; nothing is overwritten, and nothing is written that cannot be', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'g-synthesis.onnx'), 'mine');
  const args = [
    'export',
    fixture('golden/golden32-stylegan1.pkl'),
    '--out',
    'g.onnx',
    '--parts',
    '--dtype',
    'f16',
  ];
  const refused = await run('blend', args, folder);
  expect([refused.code, refused.stdout]).toEqual([4, '']);
  expect(await filesIn(folder)).toEqual(['g-synthesis.onnx']);
  const { code, stdout } = await run('blend', [...args, '--force'], folder);
  expect([code, stdout]).toEqual([0, 'g-mapping.onnx\ng-synthesis.onnx\ng.md\n']);
  expect(await filesIn(folder)).toEqual(['g-mapping.onnx', 'g-synthesis.onnx', 'g.md']);
  expect((await run('blend', ['export', 'toonhead', '--out', 'g.bin'], folder)).stderr).toContain('.onnx');
});
