import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { listInputs } from '../../src/toonify/batch/inputs.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, ONE_THREAD, run } from './cli.js';

const PERSON = fixture('pictures/person-01.png');

/** Pictures that are fine, in odd forms and under odd names. */
async function oddPictures(photos: string): Promise<string[]> {
  const person = () => sharp(PERSON);
  const forms: Record<string, Promise<Uint8Array>> = {
    '16 bits.png': person().toColourspace('rgb16').png().toBuffer(),
    'cmyk.jpg': person().toColourspace('cmyk').jpeg().toBuffer(),
    'palette.png': person().png({ palette: true }).toBuffer(),
    'transparent.webp': person().ensureAlpha(0.5).webp().toBuffer(),
    'animated.gif': person().gif().toBuffer(),
    'new\nline 😀 and spaces.png': readFile(PERSON),
    'same.png': readFile(PERSON),
    'same.jpg': person().jpeg().toBuffer(),
    'really a png.jpg': readFile(PERSON),
  };
  for (const [name, bytes] of Object.entries(forms)) await writeFile(join(photos, name), await bytes);
  return Object.keys(forms);
}

/** One of each kind of trouble, and what is said of it. */
async function troubles(photos: string): Promise<Record<string, RegExp>> {
  const file = (name: string, content: Uint8Array | string) => writeFile(join(photos, name), content);
  const green = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#7a5' } });
  const jpeg = await readFile(fixture('photos/astronaut.jpg'));
  await file('1x1.png', await green(1, 1).png().toBuffer());
  await file('wide.jpg', await green(20_000, 40).jpeg().toBuffer());
  await file('truncated.jpg', jpeg.subarray(0, jpeg.length / 2));
  await file('bomb.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>');
  await file('telephone.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08meta', 'latin1'));
  await file('text.jpg', 'dear diary');
  await file('empty.png', '');
  await symlink('loop2.png', join(photos, 'loop1.png'));
  await symlink('loop1.png', join(photos, 'loop2.png'));
  await symlink('nowhere.png', join(photos, 'dangling.png'));
  await symlink('..', join(photos, 'up'));
  return {
    '1x1.png': /expected a face, found none/,
    'wide.jpg': /expected a face, found none/,
    'truncated.jpg': /cannot be read as a picture/,
    'bomb.svg': /210 million pixels/,
    'telephone.heic': /it is HEIC/,
    'text.jpg': /no picture format that is known/,
    'empty.png': /the file is empty/,
    'loop1.png': /loop1\.png: cannot be read \(ELOOP\)/,
    'loop2.png': /loop2\.png: cannot be read \(ELOOP\)/,
    'dangling.png': /no such file/,
  };
}

interface Found {
  readonly input: string;
  readonly error?: { readonly message: string };
}

/** Compares what became of each input with what should: the ones that are fine are done. */
function expectOutcomes(
  results: readonly Found[],
  fine: readonly string[],
  bad: Record<string, RegExp>,
): void {
  const names = results.map(({ input }) => input.slice('photos/'.length));
  expect([...names].sort()).toEqual([...fine, ...Object.keys(bad)].sort());
  for (const [i, { error }] of results.entries()) {
    const message = bad[names[i]!];
    if (message === undefined) expect(error, names[i]).toBeUndefined();
    else expect(error?.message).toMatch(message);
    if (error !== undefined) expect(error.message).toContain(`photos/${names[i]}`);
  }
}

test('toonify FOLDER: every picture is done or refused by name', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  const [fine, bad] = [await oddPictures(photos), await troubles(photos)];
  const before = await filesIn(photos);
  const args = [
    'photos',
    '--recursive',
    '--out',
    'photos/toons',
    '--profile',
    'reference',
    '--steps',
    '1',
    '--jobs',
    '1',
    '--json',
  ];
  const { code, stdout, stderr } = await run('toonify', [...args, '--no-report', ...ONE_THREAD], folder);
  expect(code).toBe(5);
  expectOutcomes(JSON.parse(stdout).results, fine, bad);
  expect(stderr).not.toContain('internal error');
  const toons = (await filesIn(join(photos, 'toons'))).filter((name) => name.endsWith('.png'));
  expect(toons).toEqual([
    '16 bits-toon.png',
    'animated-toon.png',
    'cmyk-toon.png',
    'new\nline 😀 and spaces-toon.png',
    'palette-toon.png',
    'really a png-toon.png',
    'same.jpg-toon.png',
    'same.png-toon.png',
    'transparent-toon.png',
  ]);
  expect((await filesIn(photos)).filter((name) => !name.startsWith('toons/'))).toEqual(before);
});

test('blend align FOLDER: the same', async () => {
  const folder = await temporaryFolder();
  const photos = join(folder, 'photos');
  await mkdir(photos);
  await copyFile(fixture('photos/astronaut.jpg'), join(photos, 'astronaut.jpg'));
  const bad = await troubles(photos);
  const args = ['align', 'photos', '--recursive', '--out', 'photos/faces', '--size', '16', '--json'];
  const { code, stdout, stderr } = await run('blend', args, folder);
  expect(code).toBe(5);
  expectOutcomes(JSON.parse(stdout).results, ['astronaut.jpg'], bad);
  expect(stderr).not.toContain('internal error');
});

test.skipIf(process.platform === 'win32')('a pipe is refused, not waited for', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'photos'));
  execFileSync('mkfifo', [join(folder, 'photos', 'pipe-toon.png'), join(folder, 'photos', 'pipe.jpg')]);
  const { code, stdout } = await run('toonify', ['photos', '--out', 'toons', '--json'], folder);
  expect(code).toBe(3);
  for (const { error } of JSON.parse(stdout).results)
    expect(error.message).toContain('found a device or pipe');
});

test.skipIf(process.platform === 'win32')(
  'a folder that cannot be read is named, the others are listed',
  async () => {
    const root = await temporaryFolder();
    for (const name of ['closed', 'open']) {
      await mkdir(join(root, name));
      await writeFile(join(root, name, 'a.png'), 'x');
    }
    await chmod(root, 0o755);
    await chmod(join(root, 'closed'), 0);
    const isRoot = process.geteuid?.() === 0;
    // Nothing is closed to root.
    if (isRoot) process.seteuid!(65_534);
    try {
      const found = await listInputs([root], { recursive: true, except: [] });
      expect(found.map(({ relative, error }) => [relative, error?.message])).toEqual([
        ['closed', `${join(root, 'closed')}: the folder cannot be read (permission denied)`],
        [join('open', 'a.png'), undefined],
      ]);
      const alone = await listInputs([join(root, 'closed')], { recursive: false, except: [] });
      expect(alone).toMatchObject([{ error: { code: 'FOLDER_UNREADABLE' } }]);
    } finally {
      if (isRoot) process.seteuid!(0);
      await chmod(join(root, 'closed'), 0o755);
    }
  },
);
