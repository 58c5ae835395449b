import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { maxDifference } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, interrupted, ONE_THREAD, run } from './cli.js';

const PAIR = ['--base', 'toonhead', '--transfer', 'pixelart'];

async function json(args: readonly string[], folder: string): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run('blend', [...args, ...ONE_THREAD, '--json', '--quiet'], folder);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test('a sweep takes any two parameters', async () => {
  const folder = await temporaryFolder();
  const axes = ['--columns', 'amount=0,1,1.5', '--rows', 'swap=8,16', '--seeds', '3'];
  const { rows, columns, curves, ...sheet } = await json(
    ['sweep', ...PAIR, ...axes, '--out', 's.png'],
    folder,
  );
  expect(rows).toEqual(['swap 8', 'swap 16']);
  expect(columns).toEqual(['amount 0', 'amount 1', 'amount 1.5']);
  expect(curves).toEqual([
    [[0, 0, 0, 0, 0]],
    [
      [1, 1, 0, 0, 0],
      [1, 1, 1, 0, 0],
    ],
    [
      [1.5, 1.5, 0, 0, 0],
      [1.5, 1.5, 1.5, 0, 0],
    ],
  ]);
  expect(await sharp(join(folder, 's.png')).metadata()).toMatchObject({
    width: sheet['width'],
    height: sheet['height'],
  });
  const models = ['--base', 'toonhead', '--rows', 'transfer=pixelart,dylan', '--columns', 'swap=8'];
  expect(await json(['sweep', ...models, '--stop-at', '16', '--out', 'm.png'], folder)).toMatchObject({
    rows: ['pixelart', 'dylan'],
    columns: ['swap 8'],
  });
});

test('a sweep of a recipe', async () => {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, 'r.yaml'),
    'version: 1\nbase: toonhead\nmodels:\n  toonhead:\n  pixelart: { alpha: { swap: 8 } }\n  dylan: { alpha: { window: 64 } }\n',
  );
  const sweep = (...args: string[]) =>
    json(['sweep', 'r.yaml', '--seeds', '3', '--out', 's.png', ...args], folder);
  // Usual values are those that the recipe permits: above 32 px it would take more than there is.
  expect(await sweep()).toMatchObject({
    columns: ['swap 4', 'swap 8', 'swap 16', 'swap 32'],
    rows: ['seed 3'],
  });
  const two = ['--columns', 'pixelart.amount=0,1', '--rows', 'dylan.amount=0,0.5', '--force'];
  expect(await sweep(...two)).toMatchObject({
    columns: ['pixelart 0', 'pixelart 1'],
    rows: ['dylan 0', 'dylan 0.5'],
  });
});

test('films of a walk and of a slide', async () => {
  const folder = await temporaryFolder();
  const walk = ['walk', 'toonhead', '--seeds', '0,5', '--path', 'circular', '--noise', 'looping'];
  expect(await json([...walk, '--seconds', '0.5', '--fps', '12', '--out', 'w.gif'], folder)).toMatchObject({
    format: 'gif',
    frames: 6,
    width: 64,
    seconds: 0.5,
  });
  const slide = ['slide', ...PAIR, '--swap', '4..16', '--seeds', '0-1', '--curve', '--frames', '8'];
  const { width, height, frames } = await json([...slide, '--out', 's.webp'], folder);
  expect(frames).toBe(8);
  const film = await sharp(join(folder, 's.webp'), { animated: true }).metadata();
  expect([film.width, film.pageHeight]).toEqual([width, height]);
  expect(film.xmpAsString).toContain('toonhead.safetensors');
  expect(film.xmpAsString).not.toContain('fixtures');
});

test('sheets of mixed styles and of noise; usage as table and drawing', async () => {
  const folder = await temporaryFolder();
  const mix = [
    'mix',
    'toonhead',
    '--rows',
    '85,100',
    '--columns',
    '55',
    '--styles',
    '0-3',
    '--out',
    'mix.png',
  ];
  expect(await json(mix, folder)).toMatchObject({ rows: [85, 100], columns: [55], styles: [0, 1, 2, 3] });
  const noise = ['noise', 'toonhead', '--seeds', '1', '--draws', '2', '--out', 'noise.png'];
  expect(await json(noise, folder)).toMatchObject({ split: 8, draws: 2, seeds: [{ seed: 1 }] });
  const usage = ['usage', 'toonhead', 'pixelart', '--seeds', '0-1', '--out', 'usage.svg', ...ONE_THREAD];
  const { code, stdout } = await run('blend', usage, folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/toonhead\nresolution +deviation +share\n4 px +0\.\d{4} +\d+\.\d % {2}█/);
  expect(await filesIn(folder)).toEqual(['mix.png', 'noise.png', 'usage.svg']);
  expect((await sharp(join(folder, 'usage.svg')).metadata()).width).toBeGreaterThan(200);
});

test('a plot of α, of options and of a recipe', async () => {
  const folder = await temporaryFolder();
  // Models that are not there.
  const options = ['--base', 'a', '--transfer', 'b', '--swap', '8', '--resolution', '16', '--out', 'p.svg'];
  const { code, stdout } = await run('blend', ['plot', ...options], folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^ +a +b +a +b\n4 px +0\.0000 +1\.0000 +█{20}\n8 px[^\n]+\n16 px +1\.0000 +0\.0000 +█{20}\np\.svg\n$/,
  );
  const models = 'models: { toonhead: , dylan: { alpha: { window: 16-32, amount: 0.25 } } }';
  await writeFile(join(folder, 'r.yaml'), `version: 1\nbase: toonhead\n${models}\n`);
  const plot = await run('blend', ['plot', 'r.yaml', '--out', 'r.png', '--json'], folder);
  expect(JSON.parse(plot.stdout)).toMatchObject({
    places: ['4', '8', '16', '32', '64'],
    series: [
      { name: 'toonhead', values: [1, 1, 0.75, 0.75, 1] },
      { name: 'dylan', values: [0, 0, 0.25, 0.25, 0] },
    ],
  });
  expect(await filesIn(folder)).toEqual(['p.svg', 'r.png', 'r.yaml']);
});

test('features of another network are, all of them, the swap of its weights', async () => {
  const folder = await temporaryFolder();
  const faces = ['--seeds', '3', '--quiet', ...ONE_THREAD];
  const features = ['--features-from', 'pixelart', '--features-at', '8'];
  expect(
    (await run('blend', ['render', 'toonhead', ...features, ...faces, '--out', 'a.png'], folder)).code,
  ).toBe(0);
  expect(
    (await run('blend', [...PAIR, '--swap', '8', '--out', 'b.safetensors', '--quiet'], folder)).code,
  ).toBe(0);
  expect((await run('blend', ['render', 'b.safetensors', ...faces, '--out', 'b.png'], folder)).code).toBe(0);
  const [a, b] = await Promise.all(
    ['a.png', 'b.png'].map((name) => sharp(join(folder, name)).raw().toBuffer()),
  );
  expect(maxDifference(a!, b!)).toBeLessThanOrEqual(1);
});

test('an interrupted film leaves nothing behind', async () => {
  const folder = await temporaryFolder();
  const args = ['walk', 'toonhead', '--frames', '4000', '--out', 'walk.webp', ...ONE_THREAD];
  const { code } = await interrupted('blend', args, folder, /frames: \d+/);
  expect(code).toBe(130);
  expect(await filesIn(folder)).toEqual([]);
});

describe('what cannot be done is refused before anything is computed', () => {
  const film = ['--out', 'x.webp'];
  test.each([
    ['WALK_SEEDS', ['walk', 'toonhead', '--seeds', '0', ...film]],
    ['WALK_SEEDS', ['walk', 'toonhead', '--seeds', '0-2', '--path', 'circular', ...film]],
    ['FILM_FORMAT', ['walk', 'toonhead', '--out', 'x.avi']],
    ['FPS_OUT_OF_RANGE', ['walk', 'toonhead', '--out', 'x.gif', '--fps', '60']],
    ['OPTIONS_EXCLUSIVE', ['walk', 'toonhead', '--frames', '9', '--seconds', '2', ...film]],
    ['OPTION_MISSING', ['slide', ...PAIR, '--swap', '8', ...film]],
    ['SWAP_OUT_OF_RANGE', ['slide', ...PAIR, '--swap', '2..64', ...film]],
    ['SWEEP_AXES', ['sweep', ...PAIR, '--rows', 'swap', '--out', 'x.png']],
    ['SWEEP_SEEDS', ['sweep', ...PAIR, '--rows', 'amount', '--seeds', '1-2', '--out', 'x.png']],
    ['RECIPE_PART', ['sweep', ...PAIR, '--rows', 'swop', '--out', 'x.png']],
    ['SIZE_NOT_A_RESOLUTION', ['sweep', ...PAIR, '--stop-at', '24', '--out', 'x.png']],
    [
      'STYLES_OUT_OF_RANGE',
      ['mix', 'toonhead', '--rows', '1', '--columns', '2', '--styles', '10', '--out', 'x.png'],
    ],
    ['OPTION_MISSING', ['render', 'toonhead', '--seeds', '1', '--features-from', 'pixelart']],
    [
      'FEATURES_NOT_A_RESOLUTION',
      ['render', 'toonhead', '--seeds', '1', '--features-from', 'dylan', '--features-at', '128'],
    ],
    ['SPLIT_NOT_A_RESOLUTION', ['noise', 'toonhead', '--split', '5', '--out', 'x.png']],
    ['OPTION_MALFORMED', ['plot', ...PAIR, '--swap', '8', '--resolution', '100']],
    ['PICTURE_FORMAT', ['usage', 'toonhead', '--out', 'x.gif']],
  ])('%s: blend %s', async (code, args) => {
    const folder = await temporaryFolder();
    const { stdout } = await run('blend', [...args, '--json'], folder);
    expect(JSON.parse(stdout).error.code).toBe(code);
    expect(await filesIn(folder)).toEqual([]);
  });
});
