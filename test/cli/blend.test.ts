import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openModel } from '../../src/checkpoint/names.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { parseRecipe } from '../../src/swap/recipe/parse-recorded.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, ONE_THREAD, run } from './cli.js';

const PAIR = ['--base', 'toonhead', '--transfer', 'pixelart', '--swap', '8'];
const OUT = 'toonhead-pixelart-swap8.safetensors';

test('blend writes the blend here, prints its name, and says how it was made', async () => {
  const folder = await temporaryFolder();
  const { code, stdout } = await run('blend', PAIR, folder);
  expect(code).toBe(0);
  expect(stdout).toBe(`${OUT}\n`);
  expect(await filesIn(folder)).toEqual([OUT]);

  const [blend, base, transfer] = await Promise.all([
    openCheckpoint(join(folder, OUT)),
    openModel('toonhead'),
    openModel('pixelart'),
  ]);
  const low = 'synthesis.b8.conv0.weight';
  const high = 'synthesis.b16.conv0.weight';
  expect(await blend.read(low)).toEqual(await transfer.read(low));
  expect(await blend.read(high)).toEqual(await base.read(high));
  expect(parseRecipe(blend.metadata)).toMatchObject({
    base: 'toonhead',
    models: {
      toonhead: { model: 'toonhead.safetensors', sha256: await base.sha256() },
      pixelart: { model: 'pixelart.safetensors', sha256: await transfer.sha256(), alpha: { swap: 8 } },
    },
  });
  await Promise.all([blend, base, transfer].map((checkpoint) => checkpoint.close()));
});

test('the preview is a picture, half precision halves the file, and --json is one document', async () => {
  const folder = await temporaryFolder();
  const args = [
    ...PAIR,
    '--out',
    'half.safetensors',
    '--dtype',
    'f16',
    '--preview',
    'p.png',
    '--seeds',
    '0-1',
    ...ONE_THREAD,
  ];
  const { code, stdout } = await run('blend', [...args, '--json'], folder);
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ output: 'half.safetensors', preview: 'p.png', dtype: 'f16' });
  expect(document.recipe.models.pixelart.alpha).toEqual({ swap: 8 });
  const { length } = await readFile(join(folder, 'half.safetensors'));
  expect(length).toBe(document.bytes);
  expect(length).toBeLessThan((await readFile(fixture('generators/toonhead.safetensors'))).length * 0.51);
  expect(await filesIn(folder)).toEqual(['half.safetensors', 'p.png']);
});

test('a dry run prints the plan and writes nothing', async () => {
  const folder = await temporaryFolder();
  const { code, stdout } = await run('blend', [...PAIR, '--ramp', '1', '--dry-run'], folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^resolution +toonhead +pixelart +tensors +parameters +bytes$/m);
  expect(stdout).toMatch(/^8 px +0\.3775 +0\.6225 +14 +203 525 +814 100$/m);
  expect(await filesIn(folder)).toEqual([]);
});

test('an existing file is kept unless --force is given', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, OUT), 'precious');
  const refused = await run('blend', PAIR, folder);
  expect(refused.code).toBe(4);
  expect(refused.stderr).toBe(
    `blend: ${OUT}: the file exists already\nhint: choose another name, or overwrite it with --force\n`,
  );
  expect(await readFile(join(folder, OUT), 'utf8')).toBe('precious');
  expect((await run('blend', [...PAIR, '--force', '--quiet'], folder)).code).toBe(0);
  expect((await readFile(join(folder, OUT))).length).toBeGreaterThan(2_000_000);
});

test('an input is never written to, not by force and not through a link', async () => {
  const folder = await temporaryFolder();
  const original = await readFile(fixture('generators/dylan.safetensors'));
  await writeFile(join(folder, 'base.safetensors'), original);
  await symlink('base.safetensors', join(folder, 'link.safetensors'));
  const args = ['--base', 'base.safetensors', '--transfer', 'pixelart', '--swap', '8', '--force'];
  for (const out of ['base.safetensors', 'link.safetensors']) {
    const { code, stdout } = await run('blend', [...args, '--out', out, '--json'], folder);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.code).toBe('OUTPUT_IS_INPUT');
  }
  expect((await readFile(join(folder, 'base.safetensors'))).equals(original)).toBe(true);
});
