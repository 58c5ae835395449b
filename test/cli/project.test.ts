import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { loadLatents, saveLatents } from '../../src/project/latents.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, interrupted, killedAt, ONE_THREAD, run } from './cli.js';

const PICTURE = fixture('pictures/person-05.png');

test('project saves w and noise, reports how near they come, and render shows them again', async () => {
  const folder = await temporaryFolder();
  const project = ['project', 'toonhead', PICTURE, '--profile', 'reference', '--steps', '12', ...ONE_THREAD];
  const { code, stdout } = await run('blend', [...project, '--progress-film', 'f.webp', '--json'], folder);
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ output: 'person-05.safetensors', film: 'f.webp', steps: 12 });
  expect(document.psnr).toBeGreaterThan(16);
  const { w, noise, metadata } = await loadLatents(join(folder, 'person-05.safetensors'));
  expect(w.length).toBe(128);
  expect([...noise.keys()]).toContain('b64.conv1');
  expect(metadata).toMatchObject({ steps: '12', seed: '0', loss: 'pyramid' });
  expect((await sharp(join(folder, 'f.webp')).metadata()).pages).toBeGreaterThan(5);

  // The same call gives the same bytes.
  await run('blend', [...project, '--out', 'again.safetensors'], folder);
  const [once, again] = await Promise.all(
    ['person-05', 'again'].map((name) => readFile(join(folder, `${name}.safetensors`))),
  );
  expect(again!.equals(once!)).toBe(true);

  const render = ['render', 'toonhead', '--latents', 'person-05.safetensors', ...ONE_THREAD];
  expect((await run('blend', render, folder)).stdout).toBe('person-05.png\n');
  const rendered = await sharp(join(folder, 'person-05.png')).raw().toBuffer();
  const target = await sharp(PICTURE).removeAlpha().resize(64, 64).raw().toBuffer();
  const error = rendered.reduce((sum, level, i) => sum + (level - target[i]!) ** 2, 0) / target.length;
  expect(10 * Math.log10(255 ** 2 / error)).toBeGreaterThan(16);

  const other = ['render', fixture('golden/golden32.pkl'), '--latents', 'person-05.safetensors'];
  const refused = await run('blend', other, folder);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('w: expected 32 values');
});

test('Ctrl-C during a projection ends it with 130, and the same call goes on from there', async () => {
  const folder = await temporaryFolder();
  const project = ['project', 'toonhead', PICTURE, '--profile', 'reference', '--steps', '200', ...ONE_THREAD];
  const { code, stderr } = await interrupted('blend', project, folder, /\/200 loss/);
  expect(code).toBe(130);
  expect(stderr).toContain('blend: stopped before the end');
  expect(await filesIn(folder)).toEqual(['person-05.safetensors.search']);
  const resumed = await run('blend', project, folder);
  expect(resumed.code).toBe(0);
  expect(resumed.stderr).toMatch(/going on at step \d+ of an earlier run/);
  expect(await filesIn(folder)).toEqual(['person-05.safetensors']);
});

test('kill -9 during a projection: the same call goes on, and ends as if nothing had happened', async () => {
  const folder = await temporaryFolder();
  const project = ['project', 'toonhead', PICTURE, '--profile', 'reference', '--steps', '200', ...ONE_THREAD];
  const state = 'killed.safetensors.search';
  const killed = [...project, '--out', 'killed.safetensors'];
  await Promise.all([
    killedAt(join(folder, state), 'blend', killed, folder),
    run('blend', [...project, '--out', 'whole.safetensors'], folder),
  ]);
  expect((await run('blend', killed, folder)).stderr).toMatch(/going on at step [1-9]\d* of an earlier run/);
  expect(await filesIn(folder)).toEqual(['killed.safetensors', 'whole.safetensors']);
  const [one, other] = await Promise.all(
    ['killed', 'whole'].map((name) => readFile(join(folder, `${name}.safetensors`))),
  );
  expect(one!.equals(other!)).toBe(true);
});

test('a projection into W+ without its noise is rendered, truncated, and refused by other generators', async () => {
  const folder = await temporaryFolder();
  const how = ['--profile', 'reference', '--steps', '3', '--space', 'w+', '--discard-noise', ...ONE_THREAD];
  expect(
    (await run('blend', ['project', 'toonhead', PICTURE, '--out', 'l.safetensors', ...how], folder)).code,
  ).toBe(0);
  const latents = await loadLatents(join(folder, 'l.safetensors'));
  expect(latents).toMatchObject({ rows: 10, metadata: { space: 'w+', noise: 'discarded' } });
  expect([latents.w.length, latents.noise.size]).toEqual([10 * 128, 0]);
  const render = ['render', 'dylan', '--latents', 'l.safetensors', '--psi', '0.7', ...ONE_THREAD];
  expect((await run('blend', render, folder)).stdout).toBe('l.png\n');
  await saveLatents(join(folder, 'short.safetensors'), {
    w: latents.w.slice(0, 3 * 128),
    rows: 3,
    noise: new Map(),
  });
  const refused = await run('blend', ['render', 'dylan', '--latents', 'short.safetensors'], folder);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('expected one row, or 10');
});

test('with --pivotal the generator is tuned as well, and makes the picture where it was found', async () => {
  const folder = await temporaryFolder();
  const project = ['project', 'toonhead', PICTURE, '--profile', 'reference', '--steps', '12', ...ONE_THREAD];
  const { code, stdout } = await run('blend', [...project, '--pivotal', '12', '--json'], folder);
  expect(code).toBe(0);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ pivotal: { steps: 12 }, generator: 'person-05-tuned.safetensors' });
  expect(document.pivotal.distance).toBeLessThan(document.distance * 0.9);
  expect(await filesIn(folder)).toEqual(['person-05-tuned.safetensors', 'person-05.safetensors']);

  const render = [
    'render',
    'person-05-tuned.safetensors',
    '--latents',
    'person-05.safetensors',
    ...ONE_THREAD,
  ];
  expect((await run('blend', render, folder)).code).toBe(0);
  const rendered = await sharp(join(folder, 'person-05.png')).raw().toBuffer();
  const target = await sharp(PICTURE).removeAlpha().resize(64, 64).raw().toBuffer();
  const error = rendered.reduce((sum, level, i) => sum + (level - target[i]!) ** 2, 0) / target.length;
  expect(10 * Math.log10(255 ** 2 / error)).toBeCloseTo(document.pivotal.psnr, 0);

  const blend = ['--base', 'person-05-tuned.safetensors', '--transfer', 'pixelart', '--swap', '16'];
  expect((await run('blend', [...blend, '--out', 'b.safetensors'], folder)).code).toBe(0);

  const refused = await run('blend', [...project, '--tuned', 't.safetensors'], folder);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--tuned: expected --pivotal as well');
  const older = ['project', fixture('golden/golden32-stylegan1.pkl'), PICTURE, '--pivotal', '5'];
  expect((await run('blend', older, folder)).code).toBe(3);
});
