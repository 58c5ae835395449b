import { copyFile, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, interrupted, ONE_THREAD, run } from './cli.js';

const FEW = ['--profile', 'reference', '--steps', '2', ...ONE_THREAD];

function person(number: string): string {
  return fixture(`pictures/person-${number}.png`);
}

/** A folder with a folder of pictures in it. */
async function withPhotos(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const [i, name] of names.entries()) {
    await mkdir(join(folder, 'photos', name, '..'), { recursive: true });
    await copyFile(person(`0${i + 1}`), join(folder, 'photos', name));
  }
  return folder;
}

test('a picture becomes NAME-toon.png here, through the bundled pair', async () => {
  const folder = await temporaryFolder();
  const { code, stdout, stderr } = await run('toonify', [person('01'), ...FEW], folder);
  expect(code).toBe(0);
  expect(stdout).toBe('person-01-toon.png\n');
  expect(stderr).toContain('using the bundled generators: toonhead + pixelart, swap 8');
  const { width, height } = await sharp(join(folder, 'person-01-toon.png')).metadata();
  expect([width, height]).toEqual([64, 64]);
});

test('side by side, as JPEG, through a finished blend', async () => {
  const folder = await temporaryFolder();
  await run(
    'blend',
    ['--base', 'toonhead', '--transfer', 'dylan', '--swap', '8', '--out', 'b.safetensors'],
    folder,
  );
  const args = [
    '--blend',
    'b.safetensors',
    '--base',
    'toonhead',
    '--side-by-side',
    '--out',
    'x.jpg',
    '--json',
  ];
  const { code, stdout } = await run('toonify', [person('02'), ...args, ...FEW], folder);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).results).toMatchObject([{ status: 'done', output: 'x.jpg' }]);
  const { width, format } = await sharp(join(folder, 'x.jpg')).metadata();
  expect(format).toBe('jpeg');
  expect(width).toBeGreaterThan(3 * 128);
});

test('a folder: failures do not stop the rest, and the next run does only what is left', async () => {
  const folder = await withPhotos('a.png', 'a.jpg', 'sub/c.png', '.hidden.png');
  await writeFile(join(folder, 'photos', 'notes.txt'), 'no picture');
  await symlink('..', join(folder, 'photos', 'sub', 'loop'));
  const args = ['photos', '--recursive', '--out', 'photos/toons', ...FEW, '--json'];
  const first = await run('toonify', [...args, '--jobs', '2'], folder);
  expect(first.code).toBe(5);
  const statuses = (text: string) =>
    JSON.parse(text).results.map((result: { input: string; status: string }) => [
      result.input,
      result.status,
    ]);
  expect(statuses(first.stdout)).toEqual([
    ['photos/a.jpg', 'done'],
    ['photos/a.png', 'done'],
    ['photos/notes.txt', 'failed'],
    ['photos/sub/c.png', 'done'],
  ]);
  const toons = ['photos/toons/a.jpg-toon.png', 'photos/toons/a.png-toon.png', 'photos/toons/sub/c-toon.png'];
  expect((await filesIn(folder)).filter((name) => name.endsWith('-toon.png'))).toEqual(toons);

  // Another picture under an old name is new work, and what is there is not its result.
  await copyFile(person('09'), join(folder, 'photos', 'a.png'));
  const before = await stat(join(folder, toons[2]!));
  const second = await run('toonify', args, folder);
  expect(second.code).toBe(5);
  expect(JSON.parse(second.stdout).results).toMatchObject([
    { status: 'skipped' },
    { status: 'failed', error: { code: 'OUTPUT_EXISTS' } },
    { status: 'failed', error: { code: 'PICTURE_UNREADABLE' } },
    { status: 'skipped' },
  ]);
  const third = await run('toonify', [...args, '--force'], folder);
  expect(statuses(third.stdout).map(([, status]: string[]) => status)).toEqual([
    ...['skipped', 'done', 'failed', 'skipped'],
  ]);
  expect((await stat(join(folder, toons[2]!))).mtimeMs).toBe(before.mtimeMs);
});

test('other settings are other results', async () => {
  const folder = await temporaryFolder();
  const results = async (...more: string[]) =>
    (await run('toonify', [person('01'), ...ONE_THREAD, ...more], folder)).code;
  expect(await results('--profile', 'reference', '--steps', '2')).toBe(0);
  const bytes = await readFile(join(folder, 'person-01-toon.png'));
  expect(await results('--profile', 'reference', '--steps', '3')).toBe(4);
  expect(await results('--profile', 'reference', '--steps', '2', '--psi', '0.5')).toBe(4);
  expect(
    await results(
      '--profile',
      'reference',
      '--steps',
      '2',
      '--base',
      'toonhead',
      '--transfer',
      'dylan',
      '--swap',
      '8',
    ),
  ).toBe(4);
  expect(await results('--profile', 'reference', '--steps', '2')).toBe(0);
  expect((await readFile(join(folder, 'person-01-toon.png'))).equals(bytes)).toBe(true);
});

test('Ctrl-C keeps what is finished and leaves nothing half-written', async () => {
  const folder = await withPhotos('a.png', 'b.png', 'c.png');
  const args = [
    'photos',
    '--profile',
    'reference',
    '--steps',
    '40',
    '--jobs',
    '1',
    ...ONE_THREAD,
    '--out',
    'toons',
  ];
  const stopped = await interrupted('toonify', args, folder, /a-toon\.png, found/);
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toContain('1 of 3 pictures were done');
  // What is known of b is kept for the next run.
  const left = (await filesIn(folder)).filter((name) => !/^photos\/|b-toon\.png\.search$/.test(name));
  expect(left).toEqual(['toons/a-toon.png', 'toons/report.html', 'toons/toonify.jsonl']);
});

test('one unreadable picture is exit code 3', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'broken.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]));
  const { code, stdout, stderr } = await run('toonify', ['broken.jpg'], folder);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toContain('toonify: broken.jpg: cannot be read as a picture');
  expect(await filesIn(folder)).toEqual(['broken.jpg']);
});

test('a film of the search, of one picture', async () => {
  const folder = await withPhotos('a.png', 'b.png');
  const args = ['photos/a.png', ...FEW, '--out', 'a.png', '--progress-film', 'search.gif'];
  expect((await run('toonify', args, folder)).code).toBe(0);
  const { pages, width } = await sharp(join(folder, 'search.gif'), { pages: -1 }).metadata();
  expect(pages).toBeGreaterThanOrEqual(2);
  expect(width).toBeGreaterThan(3 * 64);
  const several = await run('toonify', ['photos', ...FEW, '--progress-film', 'x.gif'], folder);
  expect([several.code, several.stdout]).toEqual([2, '']);
  expect(several.stderr).toContain('expected one picture, found 2 pictures');
});

test('--pivotal tunes the base to each picture, on threads as well, and comes nearer; --again makes the same', async () => {
  const folder = await withPhotos('a.png', 'b.png');
  const search = ['photos', '--no-align', ...FEW, '--json'];
  const resultsOf = async (...args: string[]) => {
    const { code, stdout } = await run('toonify', [...search, ...args], folder);
    expect(code).toBe(0);
    return JSON.parse(stdout).results as { psnr: number }[];
  };
  const plain = await resultsOf('--out', 'plain');
  const tuned = await resultsOf('--out', 'tuned', '--pivotal', '8', '--jobs', '2');
  tuned.forEach(({ psnr }, k) => {
    expect(psnr).toBeGreaterThan(plain[k]!.psnr + 0.5);
  });
  const [one, other] = await Promise.all(
    ['plain', 'tuned'].map((out) => readFile(join(folder, out, 'a-toon.png'))),
  );
  expect(one!.equals(other!)).toBe(false);
  const again = await run('toonify', ['--again', 'tuned/a-toon.png', '--json'], folder);
  expect(JSON.parse(again.stdout)).toMatchObject({ levels: 0 });

  const finished = ['--blend', 'toonhead', '--base', 'toonhead', '--pivotal', '8'];
  const refused = await run('toonify', ['photos/a.png', ...finished], folder);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('--blend and --pivotal: expected one of them, found both');
});
