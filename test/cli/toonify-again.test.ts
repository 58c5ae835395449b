import { copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { ONE_THREAD, run } from './cli.js';

test('results are made again bit for bit, wherever they and their pictures have gone', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'photos'));
  await copyFile(fixture('pictures/person-01.png'), join(folder, 'photos', 'a.png'));
  await copyFile(fixture('generators/toonhead.safetensors'), join(folder, 'base.safetensors'));
  await copyFile(fixture('generators/dylan.safetensors'), join(folder, 'transfer.safetensors'));
  const models = [
    '--base',
    'base.safetensors',
    '--transfer',
    'transfer.safetensors',
    '--swap',
    '8',
    '--ramp',
    '0.5',
  ];
  const search = ['--profile', 'reference', '--steps', '2', '--seed', '7', '--psi', '0.8', '--loss', 'pixel'];
  const settings = [...search, '--no-align', ...ONE_THREAD];
  expect((await run('toonify', ['photos', ...models, ...settings], folder)).code).toBe(0);
  const again = async (...args: string[]) => {
    const { code, stdout } = await run('toonify', ['--again', ...args, '--json'], folder);
    return [code, JSON.parse(stdout)] as const;
  };
  const [code, document] = await again('photos-toons/a-toon.png');
  expect(code).toBe(0);
  expect(document).toMatchObject({ identical: true, levels: 0, results: [{ output: 'a-toon-again.png' }] });
  const bytes = await Promise.all(
    ['photos-toons/a-toon.png', 'a-toon-again.png'].map((name) => readFile(join(folder, name))),
  );
  expect(bytes[0]!.equals(bytes[1]!)).toBe(true);

  // As JPEG, with three pictures in it; then picture, result and a model are elsewhere.
  const jpeg = ['photos/a.png', ...models, ...settings, '--side-by-side', '--out', 'x.jpg'];
  expect((await run('toonify', jpeg, folder)).code).toBe(0);
  await mkdir(join(folder, 'moved'));
  await rename(join(folder, 'x.jpg'), join(folder, 'moved', 'x.jpg'));
  await rename(join(folder, 'photos', 'a.png'), join(folder, 'moved', 'b.png'));
  expect((await again('moved/x.jpg'))[1].error.code).toBe('INPUT_NOT_FOUND');
  expect((await again('moved/x.jpg', fixture('pictures/person-02.png')))[1].error.code).toBe('INPUT_DIFFERS');
  const other = ['--transfer', 'base.safetensors', '--out', 'y.jpg'];
  expect((await again('moved/x.jpg', 'moved/b.png', ...other))[1].error.code).toBe('MODEL_HASH');
  await rename(join(folder, 'transfer.safetensors'), join(folder, 'photos', 'renamed.safetensors'));
  expect((await again('moved/x.jpg', 'moved/b.png'))[1].error.code).toBe('MODEL_MISSING');
  const found = ['--transfer', 'photos/renamed.safetensors', '--out', 'z.jpg'];
  expect((await again('moved/x.jpg', 'moved/b.png', ...found))[1]).toMatchObject({ levels: 0 });
}, 120_000);

test('a result of a landmarks file, in W+, is made again with that file only', async () => {
  const folder = await temporaryFolder();
  const golden = (name: string) => fixture(`golden/alignment/${name}`);
  await copyFile(golden('inside.png'), join(folder, 'a.png'));
  const settings = ['--profile', 'reference', '--steps', '2', '--space', 'w+', ...ONE_THREAD];
  const landmarks = ['--landmarks', golden('inside.json')];
  expect((await run('toonify', ['a.png', ...settings, ...landmarks], folder)).code).toBe(0);
  const without = await run('toonify', ['--again', 'a-toon.png'], folder);
  expect([without.code, without.stderr]).toEqual([3, expect.stringContaining('landmarks: expected')]);
  const again = await run('toonify', ['--again', 'a-toon.png', ...landmarks, '--json'], folder);
  expect([again.code, JSON.parse(again.stdout).identical]).toEqual([0, true]);
});

test('only results can be made again, and only as they were', async () => {
  const folder = await temporaryFolder();
  const picture = fixture('pictures/person-01.png');
  const none = await run('toonify', ['--again', picture], folder);
  expect([none.code, none.stdout]).toEqual([3, '']);
  expect(none.stderr).toContain('expected a result of toonify');
  const other = await run('toonify', ['--again', picture, '--steps', '3'], folder);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('found --steps')]);
  expect((await run('toonify', [], folder)).code).toBe(2);
});
