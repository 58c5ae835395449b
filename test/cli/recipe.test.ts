import { copyFile, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpointFile } from '../../src/checkpoint/checkpoint-file.js';
import { convertCheckpoint } from '../../src/checkpoint/convert/convert.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { writeCheckpoint } from '../../src/checkpoint/writers/write.js';
import type { Running } from '../../src/cli/command.js';
import blendCommand from '../../src/cli/commands/blend.js';
import inspectCommand from '../../src/cli/commands/inspect.js';
import replayCommand from '../../src/cli/commands/replay.js';
import { exitCodeOf } from '../../src/cli/terminal/exit-codes.js';
import { StyleganBlendError } from '../../src/errors.js';
import { fixture } from '../support/golden.js';
import { randomGenerator } from '../support/random-generator.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { filesIn, run } from './cli.js';

const THREE = `version: 1
base: a
models:
  a: ./models/a.safetensors
  b: { model: models/b.safetensors, alpha: { swap: 8, amount: 0.7 } }
  c: { model: models/c.safetensors, alpha: { window: 16, amount: 0.5 } }
output: { file: three.safetensors }
`;

/** A folder with recipes, and models of 16 px, one of 32 px, in a folder of its own. */
async function workshop(recipes: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'models'));
  for (const [i, name] of ['a', 'b', 'c', 'large'].entries()) {
    const generator = randomGenerator({ seed: i, resolution: name === 'large' ? 32 : 16 });
    await writeCheckpoint(join(folder, `models/${name}.safetensors`), generator);
  }
  for (const [name, text] of Object.entries(recipes)) await writeFile(join(folder, name), text);
  return folder;
}

type Options = Readonly<Record<string, unknown>>;

const QUIET: Running = {
  signal: new AbortController().signal,
  onProgress: () => {},
  onNotice: () => {},
};

const blend = (args: readonly string[], options: Options = {}) =>
  blendCommand.run(args, options, QUIET, new Set(Object.keys(options)));
const inspect = (path: string) => inspectCommand.run([path], {}, QUIET, new Set());
const replayed = (path: string, options: Options = {}) =>
  replayCommand.run([path], options, QUIET, new Set());

async function refusal(action: Promise<unknown>): Promise<StyleganBlendError> {
  const error = await action.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StyleganBlendError);
  return error as StyleganBlendError;
}

test('a recipe is blended, and its output replayed, inspected and blended again', async () => {
  const folder = await workshop({
    'three.yaml': THREE,
    'nested.yaml':
      'version: 1\nbase: a\nmodels: { a: models/a.safetensors, mix: { recipe: three.yaml, alpha: 0.25 } }\n',
  });
  const at = (name: string) => join(folder, name);
  const replay = (name: string, models: readonly [string, string][] = []) =>
    replayed(at(name), { model: new Map(models) });

  expect((await blend([at('three.yaml')])).lines).toEqual([at('three.safetensors')]);
  const [three, a, b, c] = await Promise.all(
    ['three', 'models/a', 'models/b', 'models/c'].map((name) => openCheckpoint(at(`${name}.safetensors`))),
  );
  for (const [name, ofB, ofC] of [
    ['synthesis.b8.conv0.weight', 0.7, 0],
    ['synthesis.b16.conv0.weight', 0, 0.5],
    ['mapping.w_avg', 0, 0],
  ] as const) {
    const [x, y, z] = await Promise.all([a!.read(name), b!.read(name), c!.read(name)]);
    const expected = x.map((value, i) => (1 - ofB - ofC) * value + ofB * y[i]! + ofC * z[i]!);
    expect(await three!.read(name)).toEqual(expected);
  }
  await Promise.all([three, a, b, c].map((checkpoint) => checkpoint!.close()));

  // The inputs are in another folder than the blend.
  expect((await refusal(replay('three.safetensors'))).code).toBe('MODEL_MISSING');
  const places = ['a', 'b', 'c'].map((name): [string, string] => [name, at(`models/${name}.safetensors`)]);
  const { document } = await replay('three.safetensors', places);
  expect(document).toMatchObject({ sameFile: true, tensors: 56, different: [] });
  const wrong = places.map(([name]): [string, string] => [name, at('models/c.safetensors')]);
  expect((await refusal(replay('three.safetensors', wrong))).code).toBe('MODEL_HASH');

  // Blends of blends: one made in memory, one from a file.
  for (const [name, path] of places) await copyFile(path, at(`${name}.safetensors`));
  await blend([at('nested.yaml')], { dtype: 'f16', out: at('nested.safetensors') });
  expect((await replay('nested.safetensors')).document).toMatchObject({ sameFile: true });
  const pair = { base: at('three.safetensors'), transfer: at('a.safetensors'), amount: 0.5 };
  await blend([], { ...pair, out: at('four.safetensors') });
  expect((await replay('four.safetensors')).document).toMatchObject({ sameFile: true });
  const { lines } = await inspect(at('four.safetensors'));
  expect(lines.join('\n')).toMatch(
    /three: three\.safetensors .*, the base\n {2}blended from +a: a\.safetensors .*\n +b: b\.safetensors .*swap 8 times 0\.7/,
  );

  const file = await readFile(at('three.safetensors'));
  file[file.length - 9]! ^= 1;
  await writeFile(at('changed.safetensors'), file);
  const changed = await refusal(replay('changed.safetensors'));
  expect([changed.code, exitCodeOf(changed)]).toEqual(['REPLAY_DIFFERS', 3]);
  expect((await refusal(replay('a.safetensors'))).code).toBe('RECIPE_MISSING');
});

test('a blend in the form of another file, or as .pt, is made again byte for byte', async () => {
  const folder = await temporaryFolder();
  const at = (name: string) => join(folder, name);
  for (const name of ['golden32.pkl', 'golden32-tuned.pkl', 'golden32-rosinality.pt']) {
    await copyFile(fixture(`golden/${name}`), at(name));
  }
  const pair = { base: at('golden32.pkl'), transfer: at('golden32-tuned.pkl'), swap: 8 };
  const again = { base: at('one.pkl'), transfer: at('new.pt'), swap: 16, amount: 0.5 };
  const blends: [string, number, Options][] = [
    ['one.pkl', 75, pair],
    ['all.pkl', 187, { ...pair, networks: ['G_ema', 'G', 'D'] }],
    ['new.pt', 75, { ...pair, dtype: 'f16' }],
    ['of-blends.pkl', 75, again],
    ['in-torch.pt', 75, { ...again, container: at('golden32-rosinality.pt') }],
  ];
  for (const [name, tensors, options] of blends) {
    await blend([], { ...options, out: at(name) });
    const { document } = await replayed(at(name));
    expect(document, name).toMatchObject({ sameFile: true, tensors });
  }
  const { lines } = await inspect(at('of-blends.pkl'));
  expect(lines.join('\n')).toMatch(/one: one\.pkl .*, the base\n {2}blended from +golden32: golden32\.pkl/);
  expect(lines.join('\n')).toMatch(/^in place of +one\.pkl \(SHA-256 [0-9a-f]{64}\), G_ema$/m);

  // Converted, its tensors are still those.
  await convertCheckpoint(at('one.pkl'), at('one.pt'), { format: 'rosinality', network: 'G_ema' });
  const converted = await replayed(at('one.pt'));
  expect(converted.document).toMatchObject({ sameFile: false, tensors: 75, different: [] });
  const file = await readFile(at('all.pkl'));
  const changed = await openCheckpointFile(at('all.pkl'));
  const { view } = (await changed.content('D')).tensors.get('b4.fc.weight')!;
  file[view!.source.inFile!.offset] = file[view!.source.inFile!.offset]! ^ 1;
  await changed.close();
  await writeFile(at('changed.pkl'), file);
  const refused = await refusal(replayed(at('changed.pkl')));
  expect([refused.code, refused.message]).toEqual([
    'REPLAY_DIFFERS',
    expect.stringContaining('D/b4.fc.weight'),
  ]);
});

test('options are a recipe: what is printed means the same', async () => {
  const folder = await workshop();
  const models = {
    base: join(folder, 'models/a.safetensors'),
    transfer: join(folder, 'models/b.safetensors'),
  };
  const choices: Options[] = [
    { swap: 8, ramp: 1, structure: 'base', noise: 'transfer', dtype: 'f16' },
    { swap: 4, amount: 1.5, method: 'task', preview: join(folder, 'p.png'), seeds: [0, 3, 85] },
    { swap: 8, cut: 'pinkney', level: 1, width: 0.7, mapping: 'base' },
    { swap: 8, cut: 'animegan' },
    { method: 'average', common: true },
    { amount: 0.25, method: 'slerp', networks: ['G_ema'] },
  ];
  for (const choice of choices) {
    const printed = await blend([], {
      ...models,
      ...choice,
      out: join(folder, 'x.safetensors'),
      printRecipe: true,
    });
    await writeFile(join(folder, 'again.yaml'), printed.lines.join('\n'));
    const again = await blend([join(folder, 'again.yaml')], { printRecipe: true });
    expect(again.lines).toEqual(printed.lines);
  }
});

test('a plan says what would be made and writes nothing', async () => {
  const folder = await workshop({ 'three.yaml': THREE });
  const { code, stdout } = await run('blend', ['plan', 'three.yaml'], folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^resolution +a +b +c +tensors +parameters +bytes$/m);
  expect(stdout).toMatch(/^8 px +0\.3 +0\.7 +0 +14 /m);
  expect(stdout).toMatch(/^16 px +0\.5 +0 +0\.5 +14 /m);
  expect(stdout).toMatch(/^reads \d+ MB, writes \d+ MB; about \d+ MB of memory and [\d.]+ s$/m);
  const [base, transfer] = ['a', 'b'].map((name) => join(folder, `models/${name}.safetensors`)) as [
    string,
    string,
  ];
  const cut = { base, transfer, cut: 'pinkney', swap: 4, level: 1 } as const;
  const { plan } = (await blend([], { ...cut, dryRun: true })).document as {
    plan: Record<string, unknown>[];
  };
  const shares = plan.map(({ group, parts, weights }) => [group, parts, weights]);
  expect(shares).toContainEqual([8, ['level 0'], { a: 0, b: 1 }]);
  expect(shares).toContainEqual([8, ['level 1'], { a: 1, b: 0 }]);
  expect(await filesIn(folder)).toEqual([
    ...['models/a.safetensors', 'models/b.safetensors', 'models/c.safetensors', 'models/large.safetensors'],
    'three.yaml',
  ]);
});

test('three models in place of a training snapshot, all of its networks', async () => {
  const folder = await temporaryFolder();
  for (const name of ['golden32.pkl', 'golden32-tuned.pkl']) {
    await copyFile(fixture(`golden/${name}`), join(folder, name));
  }
  await writeFile(
    join(folder, 'mean.yaml'),
    'version: 1\nbase: a\nmodels: { a: golden32.pkl, b: golden32-tuned.pkl, c: ./golden32-tuned.pkl }\nmethod: average\n' +
      'output: { file: mean.pkl, networks: [G_ema, G, D] }\n',
  );
  const { document } = await blend([join(folder, 'mean.yaml')]);
  expect(document).toMatchObject({ form: 'in-place', networks: ['G_ema', 'G', 'D'] });
  const files = await Promise.all(
    ['mean.pkl', 'golden32.pkl', 'golden32-tuned.pkl'].map((name) => openCheckpointFile(join(folder, name))),
  );
  for (const [network, name] of [
    ['G_ema', 'synthesis.b16.conv0.weight'],
    ['D', 'b16.conv0.weight'],
  ] as const) {
    const [mean, a, b] = await Promise.all(
      files.map(async (file) => (await file.checkpoint(network)).read(name)),
    );
    expect(mean).toEqual(a!.map((value, i) => (1 / 3) * value + (1 / 3) * b![i]! + (1 / 3) * b![i]!));
  }
  await Promise.all(files.map((file) => file.close()));
});

describe('refuses before any weight is read, with the line', () => {
  const zeros = '0'.repeat(64);
  const part = (models: string, more = '') =>
    `version: 1\nbase: a\nmodels:\n  a: models/a.safetensors\n${models}\n${more}`;
  const b = (rest: string) => part(`  b: { model: models/b.safetensors, ${rest} }`);

  const CASES: Record<string, { recipe: string; code: string; message: RegExp }> = {
    missing: {
      recipe: part('  b: { model: nowhere.pkl, alpha: 1 }'),
      code: 'FILE_MISSING',
      message: /:5: .*nowhere\.pkl/,
    },
    unknown: {
      recipe: part('  b: { model: toonhed, alpha: 1 }'),
      code: 'UNKNOWN_MODEL',
      message: /:5: .*toonhed\nhint: did you mean toonhead\?/,
    },
    hash: {
      recipe: b(`sha256: '${zeros}', alpha: 1`),
      code: 'MODEL_HASH',
      message: /:5: models\.b: expected SHA-256 0000/,
    },
    bases: {
      recipe: b('alpha: 1')
        .replace('models/a', '{ alpha: 1, model: models/a')
        .replace('a.safetensors\n', 'a.safetensors }\n'),
      code: 'TWO_BASES',
      message: /:4: alpha of a: expected none/,
    },
    range: {
      recipe: b('alpha: { swap: 8, amount: 1.2 }'),
      code: 'ALPHA_OUT_OF_RANGE',
      message: /:5: alpha of b: expected 0\.\.1, found 1\.2 at 4 px\nhint: .*task/,
    },
    lacking: {
      recipe: b('alpha: { table: { 8: 1, 64: 1 } }'),
      code: 'RESOLUTION_UNKNOWN',
      message: /:5: table of b: .*\(4, 8, 16\), found 64/,
    },
    overlap: {
      recipe: part(
        '  b: { model: models/b.safetensors, alpha: { window: 4-8 } }\n  c: { model: models/c.safetensors, alpha: { window: 8-16 } }',
      ),
      code: 'WINDOWS_OVERLAP',
      message: /:6: alpha: the windows of b and c overlap at 8 px/,
    },
    size: {
      recipe: part('  b: { model: models/large.safetensors, alpha: 1 }'),
      code: 'CHECKPOINTS_DIFFER',
      message: /:5: .*\nhint: up to 16 px they are alike: .*`common`/,
    },
    self: {
      recipe: part('  b: { recipe: self.yaml, alpha: 1 }'),
      code: 'RECIPE_CYCLE',
      message: /:5: models\.b: self\.yaml leads back to itself/,
    },
    there: {
      recipe: part('  b: { recipe: back.yaml, alpha: 1 }'),
      code: 'RECIPE_CYCLE',
      message: /there\.yaml:5: \S*back\.yaml:5: models\.b: there\.yaml leads back/,
    },
    back: {
      recipe: part('  b: { recipe: there.yaml, alpha: 1 }'),
      code: 'RECIPE_CYCLE',
      message: /back\.yaml:5: \S*there\.yaml:5: /,
    },
    source: {
      recipe: b('alpha: 1').concat('mapping: z\n'),
      code: 'MODEL_UNDEFINED',
      message: /:6: mapping: expected one of the models \(a, b\), found "z"/,
    },
    cut: {
      recipe: part('  b: models/b.safetensors', 'cut: { tool: pinkney, resolution: 64, low: b }\n'),
      code: 'SWAP_NOT_A_RESOLUTION',
      message: /:6: cut pinkney: .*found 64/,
    },
  };

  const all = () =>
    workshop(Object.fromEntries(Object.entries(CASES).map(([name, { recipe }]) => [`${name}.yaml`, recipe])));

  test('models, hashes, bases, α, resolutions, windows, sizes and cycles', async () => {
    const folder = await all();
    for (const [name, { code, message }] of Object.entries(CASES)) {
      const error = await refusal(blend([join(folder, `${name}.yaml`)]));
      expect([error.code, exitCodeOf(error)], name).toEqual([code, 3]);
      expect(`${error.message}\nhint: ${error.hint}`).toMatch(message);
      expect([error.message.includes('\n'), error.hint], name).toEqual([false, expect.any(String)]);
    }
    const found = await run('blend', ['range.yaml'], folder);
    expect([found.code, found.stdout]).toEqual([3, '']);
    expect(found.stderr).toMatch(/^blend: range\.yaml:5: alpha of b: .*\nhint: .*\n$/);
  });

  test('10 MB', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'huge.yaml'), 'version: 1\n');
    await truncate(join(folder, 'huge.yaml'), 10_000_000);
    const error = await refusal(blend([join(folder, 'huge.yaml')]));
    expect(error.code).toBe('RECIPE_TOO_LARGE');
    expect(error.message).toMatch(
      /huge\.yaml:1: expected a recipe of at most 1048576 bytes, found 10000000$/,
    );
  });

  test('options beside a recipe that says the same, and options that need others', async () => {
    const folder = await all();
    const [one, other] = ['hash.yaml', 'size.yaml'].map((name) => join(folder, name)) as [string, string];
    const pair = { base: 'toonhead', transfer: 'pixelart' };
    const calls: [args: string[], options: Options, code: string][] = [
      [[one], { swap: 8 }, 'OPTIONS_EXCLUSIVE'],
      [[one], { recipe: other }, 'OPTIONS_EXCLUSIVE'],
      [[], { ...pair, ramp: 1 }, 'OPTION_MISSING'],
      [[], { ...pair, swap: 8, width: 1 }, 'OPTION_MISSING'],
      [[], { ...pair, swap: 8, cut: 'dvschultz', ramp: 1 }, 'OPTIONS_EXCLUSIVE'],
      [[], { ...pair, cut: 'pinkney' }, 'OPTION_MISSING'],
      [[], { ...pair, swap: 17 }, 'SWAP_NOT_A_RESOLUTION'],
    ];
    const two = await run('blend', ['hash.yaml', 'size.yaml', '--json'], folder);
    expect([two.code, JSON.parse(two.stdout).error.code]).toEqual([2, 'ARGUMENTS_TOO_MANY']);
    for (const [args, options, code] of calls) {
      const error = await refusal(blend(args, options));
      expect([error.code, exitCodeOf(error)], JSON.stringify([args, options])).toEqual([code, 2]);
    }
  });
});

test('models of different size share what they have in common, if asked', async () => {
  const folder = await workshop();
  const [base, transfer, file] = ['models/large', 'models/b', 'out'].map((name) =>
    join(folder, `${name}.safetensors`),
  );
  await blend([], { base: base!, transfer: transfer!, amount: 1, common: true, out: file! });
  const [out, large, small] = await Promise.all(
    ['out', 'models/large', 'models/b'].map((name) => openCheckpoint(join(folder, `${name}.safetensors`))),
  );
  expect(out!.architecture).toEqual(large!.architecture);
  for (const [name, model] of [
    ['synthesis.b16.torgb.weight', small],
    ['synthesis.b32.conv0.weight', large],
    ['mapping.fc0.weight', large],
  ] as const) {
    expect(await out!.read(name)).toEqual(await model!.read(name));
  }
  await Promise.all([out, large, small].map((checkpoint) => checkpoint!.close()));
});
