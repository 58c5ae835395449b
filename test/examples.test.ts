import { execFile } from 'node:child_process';
import { cp, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { asDependencyOf } from './support/as-dependency.js';
import { fixture } from './support/golden.js';
import { temporaryFolder } from './support/temporary-folder.js';

const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url));

/** What each one prints, and the pictures that it leaves, with their widths. */
const CASES: Record<string, [printed: RegExp, pictures: Record<string, number>]> = {
  'blend.js': [/^8 \{ toonhead: 0\.26\d*, pixelart: 0\.73\d* \}$/m, { 'toon.png': 804 }],
  'toonify-folder.js': [
    /^pictures.person-01\.png done \d\d\.\d dB\npictures.person-02\.png done /m,
    { 'toons/person-02-toon.png': 64 },
  ],
  'edit-w.js': [/^$/, { 'edited.png': 636 }],
  'recipe.js': [/^\d+ bytes would be written$/m, {}],
  'onnx.js': [/inputs: /, { 'toon-onnx.png': 64 }],
  'own-method.js': [/^$/, { 'furthest.png': 540 }],
};

test('every example is here', async () => {
  const programs = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.js'));
  expect(programs.sort()).toEqual(Object.keys(CASES).sort());
});

test.each(Object.entries(CASES))('examples/%s does what it says', async (name, [printed, pictures]) => {
  const folder = await temporaryFolder();
  await asDependencyOf(folder);
  const runtime = fileURLToPath(new URL('../node_modules/onnxruntime-web', import.meta.url));
  await symlink(runtime, join(folder, 'node_modules', 'onnxruntime-web'), 'junction');
  await cp(join(EXAMPLES, name), join(folder, name.replace(/js$/, 'mjs')));
  await cp(fixture('pictures/person-01.png'), join(folder, 'picture.png'));
  for (const person of ['person-01.png', 'person-02.png']) {
    await cp(fixture(`pictures/${person}`), join(folder, 'pictures', person));
  }
  const { stdout } = await promisify(execFile)(process.execPath, [name.replace(/js$/, 'mjs')], {
    cwd: folder,
  });
  expect(stdout).toMatch(printed);
  for (const [picture, width] of Object.entries(pictures)) {
    expect((await sharp(join(folder, picture)).metadata()).width, picture).toBe(width);
  }
});
