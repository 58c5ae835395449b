import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { writeCheckpoint } from '../../src/checkpoint/writers/write.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, ONE_THREAD, run } from './cli.js';

/** A folder with one of each kind of file that is no generator. */
async function badFiles(): Promise<string> {
  const folder = await temporaryFolder();
  const pickle = await readFile(fixture('golden/golden32.pkl'));
  const native = await readFile(fixture('generators/dylan.safetensors'));
  const files = {
    'empty.pkl': '',
    'cut.pkl': pickle.subarray(0, 100_000),
    'cut.safetensors': native.subarray(0, 100_000),
    'text.pkl': 'hello',
    'picture.png': await readFile(fixture('pictures/person-01.png')),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const discriminator = await openCheckpoint(fixture('golden/golden32.pkl'), { network: 'D' });
  await writeCheckpoint(join(folder, 'discriminator.safetensors'), discriminator);
  await discriminator.close();
  await mkdir(join(folder, 'folder'));
  return folder;
}

const pair = (base: string, ...more: string[]) => [
  ...['--base', base, '--transfer', 'pixelart', '--swap', '8', '--out', 'new.safetensors'],
  ...more,
];
const render = (...more: string[]) => ['render', 'toonhead', '--out', 'new', ...more];
const project = (picture: string, ...more: string[]) => [
  ...['project', 'toonhead', picture, '--out', 'new.safetensors'],
  ...more,
];

/** As there are cores. */
async function twoAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all([worker(), worker()]);
}

const CASES: [args: string[], code: number, message: RegExp][] = [
  [pair('missing.pkl'), 3, /missing\.pkl: no such file/],
  [pair('folder'), 3, /folder: expected a file, found a folder/],
  [pair('empty.pkl'), 3, /empty\.pkl: the file is empty/],
  [pair('cut.pkl'), 3, /cut\.pkl: .*expected .* found .*\nhint: .*incomplete/],
  [pair('cut.safetensors'), 3, /cut\.safetensors: .*found 100000/],
  [pair('text.pkl'), 3, /text\.pkl: expected a generator/],
  [pair('picture.png'), 3, /found a PNG picture/],
  [pair('toonhed'), 2, /toonhed\nhint: did you mean toonhead\?/],
  [pair(fixture('golden/golden32.pkl')), 3, /cannot be blended: .*golden32\.pkl is a 32 px/],
  [pair('toonhead', '--swap', '12'), 2, /expected a resolution of the model \(4, 8, 16, 32, 64\), found 12/],
  [pair('toonhead', '--swap', '16px'), 2, /--swap: expected a whole number, found "16px"/],
  [pair('toonhead', '--dtype', 'f8'), 2, /f8/],
  [pair('toonhead', '--out', 'no/new.safetensors'), 4, /the folder no does not exist/],
  [pair('toonhead', '--out', 'text.pkl/new.safetensors'), 4, /text\.pkl/],
  [pair('toonhead', '--preview', 'new.gif'), 2, /new\.gif: expected a picture's name/],
  [pair('toonhead', '--preview', 'new.safetensors'), 2, /two results would be written to this file/],
  [['--base', 'toonhead'], 2, /--transfer: expected, but not given/],
  [['rendr', 'toonhead'], 2, /unknown command "rendr"\nhint: did you mean render\?/],
  [['--bas', 'toonhead'], 2, /unknown option '--bas'\nhint: did you mean --base\?/],
  [['--base'], 2, /argument missing/],
  [['inspect'], 2, /model: expected, but not given/],
  [render(), 2, /--seeds: expected, but not given/],
  [render('--seeds', '0', '--out', 'text.pkl/x'), 4, /expected a folder, found a file/],
  [render('--latents', 'cut.safetensors'), 3, /cut\.safetensors/],
  [['render', 'discriminator.safetensors', '--seeds', '0'], 3, /found a discriminator\n.*not supported/],
  [['project', 'discriminator.safetensors', 'picture.png'], 3, /found a discriminator\n.*not supported/],
  [['render', 'toonhead', '--network', 'D', '--seeds', '0'], 2, /--network: expected G_ema or G, found "D"/],
  [
    ['render', 'toonhead', '--seeds', '0', '--network', 'G', '--class', '1'],
    2,
    /the generator has no classes/,
  ],
  [pair('toonhead', '--out', 'new.pkl'), 2, /new\.pkl: expected a pickle .*\nhint: .*--container/],
  [pair('toonhead', '--out', 'new.bin'), 2, /expected a name ending in \.safetensors, \.pkl or \.pt/],
  [pair('toonhead', '--networks', 'G_ema,D'), 3, /expected a network called D, found G_ema/],
  [
    pair('toonhead', '--out', 'new.pkl', '--container', fixture('golden/golden32.pkl')),
    3,
    /64 px .* found 32 px/,
  ],
  [
    ['convert', 'toonhead', 'new.pt', '--container', fixture('golden/golden32.pkl')],
    2,
    /\(\.pkl\), found \.pt/,
  ],
  [
    ['convert', fixture('golden/golden32.pkl'), 'new.safetensors'],
    2,
    /would lose .*\(G\); .*\(D\)\nhint: .*--lossy/,
  ],
  [['diff', 'toonhead', 'cut.safetensors'], 3, /cut\.safetensors/],
  [project('text.pkl'), 3, /text\.pkl: cannot be read as a picture/],
  [project('missing.png'), 3, /missing\.png: no such file/],
];

test('every wrong call is one line, a hint and an exit code, and leaves nothing behind', async () => {
  const folder = await badFiles();
  const before = await filesIn(folder);
  const check = async ([args, code, message]: (typeof CASES)[number]) => {
    const found = await run('blend', args, folder);
    const call = args.join(' ');
    expect({ call, code: found.code, stdout: found.stdout }).toEqual({ call, code, stdout: '' });
    expect(found.stderr, call).toMatch(message);
    expect(found.stderr, call).toMatch(/^blend: [^\n]+\n(hint: [^\n]+\n)?$/);
  };
  await twoAtATime(CASES, check);
  expect(await filesIn(folder)).toEqual(before);
});

test('with --json the error is a document too', async () => {
  const folder = await temporaryFolder();
  for (const args of [
    ['inspect', 'toonhed', '--json'],
    ['inspect', '--wrong', 'x', '--json'],
  ]) {
    const { code, stdout, stderr } = await run('blend', args, folder);
    expect(code).toBe(2);
    expect(Object.keys(JSON.parse(stdout).error)).toEqual(['code', 'message', 'hint']);
    expect(stderr).toMatch(/^blend: /);
  }
});

test('toonify refuses what does not belong together before it starts', async () => {
  const folder = await badFiles();
  const cases: [args: string[], code: number, message: RegExp][] = [
    [[], 2, /picture\|folder: expected, but not given/],
    [['picture.png', '--blend', 'x.safetensors'], 2, /--base: expected/],
    [['picture.png', '--base', 'toonhead', '--swap', '8'], 2, /--transfer: expected/],
    [['picture.png', 'text.pkl', '--out', 'one.png'], 2, /expected a folder for several results/],
    [['picture.png', '--out', 'picture.png', '--force'], 2, /would replace picture\.png/],
    [['picture.png', '--jobs', '0'], 2, /--jobs/],
    [['folder'], 3, /expected pictures, found no files/],
    [['picture.png', '--out', 'text.pkl/toons/'], 4, /expected a folder, found a file/],
    [['missing.png', 'text.pkl'], 3, /all 2 pictures failed/],
  ];
  const before = await filesIn(folder);
  await twoAtATime(cases, async ([args, code, message]) => {
    const found = await run('toonify', args, folder);
    expect(found.code, args.join(' ')).toBe(code);
    expect(found.stderr).toMatch(message);
  });
  expect(await filesIn(folder)).toEqual(before);
});

test('--help answers on stdout without loading the heavy modules', async () => {
  for (const program of ['blend', 'toonify'] as const) {
    const { code, stdout, stderr } = await run(program, ['--help'], '.');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Usage: ${program} `));
  }
});

test('a preview that cannot be rendered stops the blend before anything is written', async () => {
  const folder = await temporaryFolder();
  const model = fixture('golden/golden64-cond.pkl');
  const args = [
    '--base',
    model,
    '--transfer',
    model,
    '--swap',
    '8',
    '--preview',
    'p.png',
    '--out',
    'b.safetensors',
    ...ONE_THREAD,
  ];
  const { code, stderr } = await run('blend', args, folder);
  expect([code, stderr]).toEqual([2, expect.stringContaining('the generator has 3 classes')]);
  expect(await filesIn(folder)).toEqual([]);
  expect((await run('blend', [...args, '--class', '1', '--seeds', '0'], folder)).code).toBe(0);
  expect(await filesIn(folder)).toEqual(['b.safetensors', 'p.png']);
});
