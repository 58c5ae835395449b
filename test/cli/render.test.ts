import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, ONE_THREAD, run } from './cli.js';

async function pixels(path: string): Promise<Buffer> {
  return sharp(path).removeAlpha().raw().toBuffer();
}

function furthest(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, level, i) => Math.max(largest, Math.abs(level - b[i]!)), 0);
}

test.for([
  { model: 'golden32', more: [] },
  { model: 'golden32-tuned', more: [] },
  { model: 'golden64-cond', more: ['--class', '2'] },
])('$model renders the reference pictures to one 8-bit level', async ({ model, more }) => {
  const folder = await temporaryFolder();
  const args = [
    'render',
    fixture(`golden/${model}.pkl`),
    '--seeds',
    '0,85',
    '--psi',
    '0.7',
    ...more,
    ...ONE_THREAD,
  ];
  const { code, stdout } = await run('blend', args, folder);
  expect(code).toBe(0);
  expect(stdout).toBe('seed0000.png\nseed0085.png\n');
  for (const seed of ['seed0000', 'seed0085']) {
    const rendered = await pixels(join(folder, `${seed}.png`));
    expect(furthest(rendered, await pixels(fixture(`golden/${model}-${seed}.png`)))).toBeLessThanOrEqual(1);
  }
});

test('a folder is made for several pictures, a file name makes a sheet of them', async () => {
  const folder = await temporaryFolder();
  const seeds = ['render', 'toonhead', '--seeds', '0-1,85', ...ONE_THREAD];
  expect((await run('blend', [...seeds, '--out', 'a/b'], folder)).code).toBe(0);
  expect((await run('blend', [...seeds, '--out', 'sheet.webp'], folder)).code).toBe(0);
  expect(await filesIn(folder)).toEqual(
    ['a/b/seed0000.png', 'a/b/seed0001.png', 'a/b/seed0085.png', 'sheet.webp'].sort(),
  );
  const { width, height } = await sharp(join(folder, 'sheet.webp')).metadata();
  expect(width).toBeGreaterThan(3 * 128);
  expect(height).toBeLessThan(2 * 128);
});

test('existing pictures are found before anything is rendered', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'seed0085.png'), 'precious');
  const { code, stderr } = await run('blend', ['render', 'toonhead', '--seeds', '0,85'], folder);
  expect(code).toBe(4);
  expect(stderr).toContain('seed0085.png: the file exists already');
  expect(await filesIn(folder)).toEqual(['seed0085.png']);
  expect(await readFile(join(folder, 'seed0085.png'), 'utf8')).toBe('precious');
});

test('random noise follows the seed, and none differs from it', async () => {
  const folder = await temporaryFolder();
  const render = (out: string, noise: string) =>
    run(
      'blend',
      [
        'render',
        fixture('golden/golden32.pkl'),
        '--seeds',
        '5',
        '--noise',
        noise,
        '--out',
        out,
        ...ONE_THREAD,
      ],
      folder,
    );
  await Promise.all([render('a.png', 'random'), render('b.png', 'random')]);
  await render('c.png', 'none');
  const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => pixels(join(folder, `${name}.png`))));
  expect(furthest(a!, b!)).toBe(0);
  expect(furthest(a!, c!)).toBeGreaterThan(0);
});

test('a sweep has a row for each seed and a column for each swap', async () => {
  const folder = await temporaryFolder();
  const args = [
    'sweep',
    '--base',
    'toonhead',
    '--transfer',
    'dylan',
    '--seeds',
    '3',
    '--out',
    's.png',
    '--json',
    ...ONE_THREAD,
  ];
  const { code, stdout } = await run('blend', args, folder);
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document.columns).toEqual([
    'toonhead',
    ...[4, 8, 16, 32, 64].map((swap) => `swap ${swap}`),
    'dylan',
  ]);
  const { width, height } = await sharp(join(folder, 's.png')).metadata();
  expect({ width, height }).toEqual({ width: document.width, height: document.height });
});
