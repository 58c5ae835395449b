import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { memoryCheckpoint } from '../../src/checkpoint/memory.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { writeCheckpoint } from '../../src/checkpoint/writers/write.js';
import { loadLatents } from '../../src/project/latents.js';
import { fixture, maxDifference } from '../support/golden.js';
import { gaussian } from '../support/random-generator.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, run } from './cli.js';

const model = (name: string) => fixture(`golden/golden32-${name}.pkl`);
const variation = (name: string) => fileURLToPath(new URL(`../generator/older/${name}.pkl`, import.meta.url));
const levels = (path: string) => sharp(path).removeAlpha().raw().toBuffer();

function meanDifference(frames: Buffer, start: number, picture: Buffer): number {
  return picture.reduce((sum, level, i) => sum + Math.abs(level - frames[start + i]!), 0) / picture.length;
}

/** How often a picture of 32 px is on a sheet, four times as large. */
async function occurrences(path: string, picture: Buffer): Promise<number> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let count = 0;
  for (let y = 0; y + 128 <= info.height; y++) {
    for (let x = 0; x + 128 <= info.width; x++) {
      const isThere = picture.every((level, i) => {
        const [px, py] = [Math.floor(i / 3) % 32, Math.floor(i / 96)];
        const at = ((y + 4 * py) * info.width + x + 4 * px) * 3 + (i % 3);
        return Math.abs(data[at]! - level) <= 1;
      });
      if (isThere) count++;
    }
  }
  // Each is found from every pixel of those that one has become.
  return count / 16;
}

/** The golden generator a little further trained, so to say. */
async function writeTuned(name: string, path: string): Promise<void> {
  const checkpoint = await openCheckpoint(model(name));
  const normal = gaussian(5);
  const tensors = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const [tensor, { shape }] of checkpoint.tensors) {
    const values = (await checkpoint.read(tensor)).map((value) => value + 0.1 * normal());
    tensors.set(tensor, { shape, values });
  }
  await writeCheckpoint(path, memoryCheckpoint({ architecture: checkpoint.architecture, tensors }));
  await checkpoint.close();
}

describe.each(['stylegan1', 'pggan'])('%s', (name) => {
  const psi = name === 'pggan' ? [] : ['--psi', '0.7'];
  const pair = ['--base', model(name), '--transfer', 'tuned.safetensors'];

  test('render gives the golden pictures, of the pickle and of its conversion', async () => {
    const folder = await temporaryFolder();
    const checkpoint = await openCheckpoint(model(name));
    await writeCheckpoint(join(folder, 'native.safetensors'), checkpoint);
    await checkpoint.close();
    for (const [source, out] of [
      [model(name), 'a'],
      ['native.safetensors', 'b'],
    ] as const) {
      const args = ['render', source, '--seeds', '0,85', ...psi, '--out', out];
      expect(await run('blend', args, folder)).toMatchObject({ code: 0, stderr: '' });
      for (const seed of ['seed0000', 'seed0085']) {
        const golden = await levels(fixture(`golden/golden32-${name}-${seed}.png`));
        expect(maxDifference(await levels(join(folder, out, `${seed}.png`)), golden)).toBeLessThanOrEqual(1);
      }
    }
    for (const mode of ['random', 'none']) {
      const args = ['render', model(name), '--seeds', '0', ...psi, '--noise', mode, '--out', `${mode}.png`];
      expect((await run('blend', args, folder)).code).toBe(0);
      const difference = maxDifference(
        await levels(join(folder, `${mode}.png`)),
        await levels(join(folder, 'a/seed0000.png')),
      );
      // A PGGAN has no noise.
      if (name === 'pggan') expect(difference).toBe(0);
      else expect(difference).toBeGreaterThan(0);
    }
  });

  test('walk passes the golden pictures, mix has them as rows and columns', async () => {
    const folder = await temporaryFolder();
    const seeds = ['--seeds', '0,85', '--seconds', '0.5', '--fps', '8', ...psi];
    expect(await run('blend', ['walk', model(name), ...seeds, '--out', 'w.webp'], folder)).toMatchObject({
      code: 0,
    });
    const frames = await sharp(join(folder, 'w.webp'), { pages: -1 }).removeAlpha().raw().toBuffer();
    const goldens = await Promise.all(
      ['seed0000', 'seed0085'].map((seed) => levels(fixture(`golden/golden32-${name}-${seed}.png`))),
    );
    expect(frames).toHaveLength(4 * goldens[0]!.length);
    // There and back in four frames; films are lossy, most of all in the colours of pictures this small.
    for (const [i, frame] of [0, 2].entries()) {
      const start = frame * goldens[i]!.length;
      const [own, other] = [goldens[i]!, goldens[1 - i]!].map((golden) =>
        meanDifference(frames, start, golden),
      );
      expect(own).toBeLessThan(20);
      expect(other).toBeGreaterThan(2 * own!);
    }

    const mix = ['mix', model(name), '--rows', '0', '--columns', '85', ...psi, '--out', 'm.png'];
    const mixed = await run('blend', [...mix, '--styles', '0-7'], folder);
    if (name === 'pggan') {
      expect(mixed).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('found a PGGAN, which has none'),
      });
      return;
    }
    expect(mixed.code).toBe(0);
    const sheet = join(folder, 'm.png');
    // With all of its styles the row's face becomes the column's.
    expect(await Promise.all(goldens.map((golden) => occurrences(sheet, golden)))).toEqual([1, 2]);
    await run('blend', [...mix, '--styles', '0-3', '--force'], folder);
    expect(await Promise.all(goldens.map((golden) => occurrences(sheet, golden)))).toEqual([1, 1]);
  });

  test('blend, sweep, project, render --latents and toonify', async () => {
    const folder = await temporaryFolder();
    await writeTuned(name, join(folder, 'tuned.safetensors'));
    const blend = ['--swap', '8', '--ramp', '0.5', '--out', 'blend.safetensors', '--preview', 'p.png'];
    expect(await run('blend', [...pair, ...blend, '--seeds', '0-1'], folder)).toMatchObject({ code: 0 });
    const hard = [...pair, '--swap', '8', '--out', 'hard.safetensors'];
    expect((await run('blend', hard, folder)).code).toBe(0);
    const [blended, base, tuned] = await Promise.all(
      [join(folder, 'hard.safetensors'), model(name), join(folder, 'tuned.safetensors')].map((path) =>
        openCheckpoint(path),
      ),
    );
    for (const tensor of blended!.tensors.keys()) {
      const low = /(?:4x4|8x8)\//.test(tensor);
      const want = await (low ? tuned! : base!).read(tensor);
      expect(maxDifference(await blended!.read(tensor), want), tensor).toBe(0);
    }
    await Promise.all([blended, base, tuned].map((checkpoint) => checkpoint!.close()));

    const sweep = ['sweep', ...pair, '--out', 'sweep.png', '--seeds', '0-1', ...psi];
    expect(await run('blend', sweep, folder)).toMatchObject({ code: 0 });

    const picture = fixture(`golden/golden32-${name}-seed0085.png`);
    const project = [
      'project',
      model(name),
      picture,
      '--profile',
      'reference',
      '--steps',
      '60',
      '--out',
      'l.safetensors',
      '--json',
    ];
    const found = await run('blend', project, folder);
    expect(found).toMatchObject({ code: 0 });
    expect(JSON.parse(found.stdout).psnr).toBeGreaterThan(name === 'pggan' ? 25 : 15);
    const latents = await loadLatents(join(folder, 'l.safetensors'));
    expect(latents.space).toBe(name === 'pggan' ? 'z' : 'w');
    expect(latents.noise.size).toBe(name === 'pggan' ? 0 : 8);
    for (const generator of [model(name), 'blend.safetensors']) {
      const render = ['render', generator, '--latents', 'l.safetensors', '--out', 'l.png', '--force'];
      expect(await run('blend', render, folder)).toMatchObject({ code: 0 });
    }
    const other = name === 'pggan' ? 'stylegan1' : 'pggan';
    for (const generator of [model(other), fixture('golden/golden32.pkl')]) {
      const refused = await run('blend', ['render', generator, '--latents', 'l.safetensors'], folder);
      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain('l.safetensors: expected ');
    }
    const toonify = [
      picture,
      '--no-align',
      ...pair,
      '--swap',
      '8',
      '--profile',
      'reference',
      '--steps',
      '20',
      '--out',
      'toon.png',
    ];
    expect(await run('toonify', toonify, folder)).toMatchObject({ code: 0 });
    expect(await filesIn(folder)).toEqual([
      'blend.safetensors',
      'hard.safetensors',
      'l.png',
      'l.safetensors',
      'p.png',
      'sweep.png',
      'toon.png',
      'tuned.safetensors',
    ]);
  });
});

describe('what has no meaning is refused with a sentence', () => {
  const refusals: [string, string[], number, RegExp][] = [
    [
      'a StyleGAN blended with a StyleGAN2',
      [
        '--base',
        model('stylegan1'),
        '--transfer',
        fixture('golden/golden32.pkl'),
        '--swap',
        '8',
        '--out',
        'never.safetensors',
      ],
      3,
      /architecture family differs; .* is a 32 px StyleGAN generator .* is a 32 px StyleGAN2 generator/,
    ],
    [
      'psi in a PGGAN',
      ['render', model('pggan'), '--seeds', '0', '--psi', '0.7'],
      2,
      /--psi and --cutoff: .*PGGAN/,
    ],
    [
      'cutoff in a PGGAN',
      ['render', model('pggan'), '--seeds', '0', '--cutoff', '4'],
      2,
      /--psi and --cutoff/,
    ],
    ['a class that is missing', ['render', variation('pggan-classes'), '--seeds', '0'], 2, /has 4 classes/],
    [
      'a class too many',
      ['render', variation('stylegan1-classes'), '--seeds', '0', '--class', '3'],
      2,
      /0..2/,
    ],
  ];
  test.each(refusals)('%s', async (_, args, code, message) => {
    const folder = await temporaryFolder();
    const out = args.includes('--out') ? [] : ['--out', 'never.png'];
    const result = await run('blend', [...args, ...out], folder);
    expect(await filesIn(folder)).toEqual([]);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
  });
});

test('conditional PGGANs keep their label behind z', async () => {
  const folder = await temporaryFolder();
  const generator = variation('pggan-classes');
  const picture = fixture('pictures/person-01.png');
  const project = [
    'project',
    generator,
    picture,
    '--class',
    '1',
    '--profile',
    'reference',
    '--steps',
    '10',
    '--out',
    'l.safetensors',
  ];
  expect(await run('blend', project, folder)).toMatchObject({ code: 0 });
  const { w } = await loadLatents(join(folder, 'l.safetensors'));
  expect([...w.slice(12)]).toEqual([0, 1, 0, 0]);
  const render = ['render', generator, '--latents', 'l.safetensors', '--out', 'l.png'];
  expect((await run('blend', render, folder)).code).toBe(0);
});
