import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, run } from './cli.js';

const ASTRONAUT = fixture('photos/astronaut.jpg');
const golden = (name: string) => fixture(`golden/alignment/${name}`);

/** One picture with two astronauts side by side. */
async function twoAstronauts(path: string): Promise<void> {
  const one = await readFile(ASTRONAUT);
  const parts = [0, 512].map((left) => ({ input: one, left, top: 0 }));
  const both = await sharp({ create: { width: 1024, height: 512, channels: 3, background: '#000' } })
    .composite(parts)
    .png()
    .toBuffer();
  // In a larger photo faces would be looked for in tiles, too.
  await sharp(both).resize(512).toFile(path);
}

test('a landmarks file replaces the detector and says the size', async () => {
  const folder = await temporaryFolder();
  const args = ['align', golden('inside.png'), '--landmarks', golden('inside.json')];
  const { code, stdout } = await run('blend', [...args, '--out', 'face.png'], folder);
  expect([code, stdout]).toEqual([0, 'face.png\n']);
  const [found, expected] = await Promise.all(
    [join(folder, 'face.png'), golden('inside-aligned.png')].map((path) =>
      sharp(path).removeAlpha().raw().toBuffer(),
    ),
  );
  expect(found!.length).toBe(expected!.length);
  const difference = expected!.reduce((sum, level, i) => sum + Math.abs(level - found![i]!), 0);
  expect(difference / expected!.length).toBeLessThan(0.6);

  const smaller = await run('blend', [...args, '--size', '40', '--out', 'small.webp'], folder);
  expect(smaller.code).toBe(0);
  expect((await sharp(join(folder, 'small.webp')).metadata()).width).toBe(40);
});

test('faces are numbered from left to right; one file takes one face', async () => {
  const folder = await temporaryFolder();
  await twoAstronauts(join(folder, 'two.png'));
  const small = ['--size', '64'];
  const both = await run('blend', ['align', 'two.png', ...small, '--json'], folder);
  expect(both.code).toBe(0);
  const [{ faces }] = JSON.parse(both.stdout).results;
  expect(faces.map(({ output }: { output: string }) => output)).toEqual(['two-face-1.png', 'two-face-2.png']);
  expect(faces[0].box.left).toBeLessThan(256);
  expect(faces[1].box.left).toBeGreaterThan(256);
  expect(faces[0].landmarks.length).toBe(68);

  const refused = await run('blend', ['align', 'two.png', ...small, '--out', 'one.png'], folder);
  expect([refused.code, refused.stdout]).toEqual([3, '']);
  expect(refused.stderr).toContain('two.png: expected one face, found 2\nhint: choose one with --face');
  const second = await run('blend', ['align', 'two.png', ...small, '--face', '2', '--out', 'b.png'], folder);
  expect([second.code, second.stdout]).toEqual([0, 'b.png\n']);

  // The second run takes neither its own results nor overwrites them.
  const again = await run('blend', ['align', '.', ...small, '--out', '.'], folder);
  expect(again.code).toBe(3);
  expect(again.stderr).toContain('two-face-1.png: the file exists');
  expect(await filesIn(folder)).toEqual(['b.png', 'two-face-1.png', 'two-face-2.png', 'two.png']);
});

test('a folder: photos without a face and broken ones are named, the rest goes on', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'photos', 'deep'), { recursive: true });
  await copyFile(ASTRONAUT, join(folder, 'photos', 'deep', 'Eileen 😀\nCollins.jpg'));
  await writeFile(join(folder, 'photos', 'broken.jpg'), 'no picture');
  const meadow = sharp({ create: { width: 99, height: 50, channels: 3, background: '#7a5' } });
  await meadow.png().toFile(join(folder, 'photos', 'meadow.png'));
  const args = ['align', 'photos', '--recursive', '--size', '32', '--out', 'photos/faces'];
  const { code, stdout, stderr } = await run('blend', args, folder);
  expect(code).toBe(5);
  expect(stderr).toContain('photos/broken.jpg: cannot be read as a picture');
  expect(stderr).toContain('photos/meadow.png: expected a face, found none');
  expect(stdout).toBe(`${join('photos', 'faces', 'deep', 'Eileen 😀\\nCollins-face.png')}\n`);
  const one = await run('blend', ['align', 'photos/meadow.png', '--out', 'x.png'], folder);
  expect([one.code, one.stdout]).toEqual([3, '']);
});

test('what does not belong together is refused before anything is written', async () => {
  const folder = await temporaryFolder();
  await copyFile(ASTRONAUT, join(folder, 'a.jpg'));
  await writeFile(join(folder, 'bad.json'), '{"landmarks": []}');
  const cases: [args: string[], code: number, message: RegExp][] = [
    [['a.jpg', '--size', '4'], 2, /--size: expected a whole number 8\.\.2048/],
    [['a.jpg', '--face', 'left'], 2, /--face: expected all, largest or a number/],
    [['a.jpg', ASTRONAUT, '--out', 'x.png'], 2, /expected a folder for several results/],
    [['a.jpg', ASTRONAUT, '--landmarks', golden('inside.json')], 2, /--landmarks: expected one picture/],
    [['a.jpg', '--landmarks', 'bad.json'], 3, /bad\.json: landmarks: expected 68 points, found 0/],
    [['a.jpg', '--landmarks', 'none.json'], 3, /none\.json: no such file/],
    [['a.jpg', '--landmarks', golden('inside.json'), '--out', 'a.jpg', '--force'], 2, /would replace a\.jpg/],
    [['a.jpg', '--out', 'x.gif'], 2, /x\.gif: expected a picture's name/],
    [['a.jpg', '--out', 'bad.json/faces/'], 4, /expected a folder, found a file/],
  ];
  for (const [args, code, message] of cases) {
    const found = await run('blend', ['align', ...args], folder);
    expect(found.code, args.join(' ')).toBe(code);
    expect(found.stderr).toMatch(message);
  }
  expect(await filesIn(folder)).toEqual(['a.jpg', 'bad.json']);
});
