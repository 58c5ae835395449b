import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, ONE_THREAD, run } from './cli.js';

const ASTRONAUT = fixture('photos/astronaut.jpg');
const FEW = ['--profile', 'reference', '--steps', '2', ...ONE_THREAD];

/** One picture with two astronauts side by side. */
async function twoAstronauts(path: string): Promise<void> {
  const one = await readFile(ASTRONAUT);
  await sharp({ create: { width: 1024, height: 512, channels: 3, background: '#000' } })
    .composite([0, 512].map((left) => ({ input: one, left, top: 0 })))
    .png()
    .toFile(path);
}

async function levels(path: string): Promise<Uint8Array> {
  return sharp(path).removeAlpha().raw().toBuffer();
}

test('every face of a photo has its result, and none is done twice', async () => {
  const folder = await temporaryFolder();
  await twoAstronauts(join(folder, 'two.png'));
  const first = await run('toonify', ['two.png', ...FEW, '--json'], folder);
  expect(first.code).toBe(0);
  const outputs = ['two-toon-1.png', 'two-toon-2.png'];
  expect(JSON.parse(first.stdout).results).toMatchObject(
    outputs.map((output) => ({ input: 'two.png', output, status: 'done' })),
  );
  const { width, height } = await sharp(join(folder, outputs[1]!)).metadata();
  expect([width, height]).toEqual([64, 64]);

  const second = await run('toonify', ['two.png', ...FEW], folder);
  expect(second.code).toBe(0);
  expect(second.stderr).toContain('finished before, two-toon-2.png');
  const other = await run('toonify', ['two.png', ...FEW, '--out', 'x.png'], folder);
  expect([other.code, other.stdout]).toEqual([3, '']);
  expect(other.stderr).toContain('two.png: expected one face, found 2\nhint: ');
  expect(await filesIn(folder)).toEqual(['two-toon-1.png', 'two-toon-2.png', 'two.png']);
});

test('faces are put back into the photo; what is beside them stays', async () => {
  const folder = await temporaryFolder();
  await twoAstronauts(join(folder, 'two.png'));
  const args = ['two.png', '--paste-back', '--match-colours', '--out', 'back.png', ...FEW];
  const { code, stdout } = await run('toonify', args, folder);
  expect([code, stdout]).toEqual([0, 'back.png\n']);
  const [before, after] = await Promise.all(
    ['two.png', 'back.png'].map((name) => levels(join(folder, name))),
  );
  expect(after!.length).toBe(before!.length);
  const at = (picture: Uint8Array, x: number, y: number) =>
    picture.subarray((y * 1024 + x) * 3, (y * 1024 + x) * 3 + 3);
  for (const left of [0, 512]) {
    expect(at(after!, left + 224, 120)).not.toEqual(at(before!, left + 224, 120));
    for (const [x, y] of [
      [20, 20],
      [400, 120],
      [224, 400],
    ] as const)
      expect(at(after!, left + x, y)).toEqual(at(before!, left + x, y));
  }
});

test('no face is no result, and no centre crop either; --no-align takes pictures as they are', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'photos'));
  const meadow = sharp({ create: { width: 99, height: 50, channels: 3, background: '#7a5' } });
  await meadow.png().toFile(join(folder, 'photos', 'meadow.png'));
  const alone = await run('toonify', ['photos/meadow.png', ...FEW], folder);
  expect([alone.code, alone.stdout]).toEqual([3, '']);
  expect(alone.stderr).toContain('toonify: photos/meadow.png: expected a face, found none\nhint: ');

  await copyFile(fixture('pictures/person-01.png'), join(folder, 'photos', 'person.png'));
  const both = await run('toonify', ['photos', ...FEW, '--out', 'toons'], folder);
  expect([both.code, both.stdout]).toEqual([5, `${join('toons', 'person-toon.png')}\n`]);
  expect(both.stderr).toContain('photos/meadow.png: expected a face, found none');
  expect(both.stderr).toContain('1 picture is taken as aligned already (64 x 64 pixels');

  const plain = await run('toonify', ['photos/meadow.png', '--no-align', ...FEW], folder);
  expect([plain.code, plain.stdout]).toEqual([0, 'meadow-toon.png\n']);
});

test('what blend align made is aligned already, whatever its size', async () => {
  const folder = await temporaryFolder();
  await run('blend', ['align', ASTRONAUT, '--size', '96', '--out', 'face.png'], folder);
  const { code, stdout, stderr } = await run('toonify', ['face.png', ...FEW], folder);
  expect([code, stdout]).toEqual([0, 'face-toon.png\n']);
  expect(stderr).toContain('1 picture is taken as aligned already');
});

test('choices that exclude each other are refused', async () => {
  const folder = await temporaryFolder();
  await copyFile(ASTRONAUT, join(folder, 'a.jpg'));
  await writeFile(join(folder, 'bad.json'), '{"landmarks": [[1, 2]]}');
  const cases: [args: string[], code: number, message: RegExp][] = [
    [['--no-align', '--paste-back'], 2, /--no-align and --paste-back: expected one of them/],
    [['--no-align', '--landmarks', 'bad.json'], 2, /--no-align and --landmarks/],
    [['--side-by-side', '--paste-back'], 2, /--side-by-side and --paste-back/],
    [['--match-colours'], 2, /--match-colours: expected --paste-back beside it/],
    [['--landmarks', 'bad.json'], 3, /bad\.json: landmarks: expected 68 points, found 1/],
    [['--face', '0'], 2, /--face: expected all, largest or a number from 1, found "0"/],
  ];
  for (const [args, code, message] of cases) {
    const found = await run('toonify', ['a.jpg', ...args], folder);
    expect([found.code, found.stdout], args.join(' ')).toEqual([code, '']);
    expect(found.stderr).toMatch(message);
  }
  expect(await filesIn(folder)).toEqual(['a.jpg', 'bad.json']);
});
