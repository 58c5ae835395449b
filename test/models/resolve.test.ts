import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chdir, cwd } from 'node:process';
import { expect, test } from 'vitest';
import { resolveModel } from '../../src/checkpoint/names.js';
import { addModel, manifestPath, namedFile } from '../../src/models/index.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { freshHome } from './home.js';

const failureOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test('a name is a bundled generator, then one of a manifest, then a path', async () => {
  await freshHome();
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'mine'), 'a file of that name');
  await writeFile(join(folder, 'word'), 'a file without extension');
  await writeFile(join(folder, 'real.pkl'), 'content');
  const before = cwd();
  chdir(folder);
  try {
    expect(resolveModel('mine').path).toBe('mine');
    await addModel('mine', 'real.pkl');
    expect(resolveModel('mine')).toEqual({ name: 'mine', path: join(cwd(), 'real.pkl') });
    expect(resolveModel('./mine').path).toBe('./mine');
    expect(resolveModel('word').path).toBe('word');
    expect(resolveModel('toonhead').path).toMatch(/toonhead\.safetensors$/);
  } finally {
    chdir(before);
  }
});

test('names whose file is not here say how to get it', async () => {
  await freshHome();
  expect(failureOf(() => resolveModel('ffhq'))).toMatchObject({
    name: 'InputFileError',
    code: 'MODEL_NOT_PULLED',
    hint: 'blend models pull ffhq',
  });
  expect(failureOf(() => resolveModel('ukiyoe'))).toMatchObject({
    code: 'MODEL_NOT_PULLED',
    hint: expect.stringMatching(/drive\.google\.com\S+ with a browser, then: blend models add ukiyoe PATH/),
  });
});

test('unknown names list the known ones and the nearest', async () => {
  await freshHome();
  await addModel('portraits', 'https://a.example/x');
  expect(failureOf(() => resolveModel('portrits'))).toMatchObject({
    name: 'UsageError',
    code: 'UNKNOWN_MODEL',
    hint: expect.stringMatching(
      /^did you mean portraits\? known names are toonhead, pixelart, dylan, ffhq, .*portraits;/,
    ),
  });
});

test('weights are no generator', async () => {
  await freshHome();
  await mkdir(dirname(manifestPath()), { recursive: true });
  const models = { lens: { kind: 'weights', path: '/lens.bin' } };
  await writeFile(manifestPath(), JSON.stringify({ version: 1, models }));
  expect(failureOf(() => resolveModel('lens'))).toMatchObject({ code: 'MODEL_KIND' });
  expect(namedFile('lens', 'weights')).toBe('/lens.bin');
});
