import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, expectTypeOf, test } from 'vitest';
import { command } from '../src/cli/command.js';
import { seeds } from '../src/cli/options/models.js';
import { choice, flag, option, required, withUsual } from '../src/cli/options/option.js';
import { number } from '../src/cli/options/parsers.js';
import type { Alpha, Recipe } from '../src/exports/recipe.js';
import * as door from '../src/index.js';

// What the library promises to programs that import it. The types are checked by `npm run check`.

const ROOT = new URL('..', import.meta.url);

test('the door has a function for each command, and little else', () => {
  expect(Object.keys(door).sort()).toEqual(
    [
      ...['again', 'align', 'attribute', 'blend', 'compare', 'convert', 'diff', 'doctor', 'exportModel'],
      ...['inspect', 'mix', 'morph', 'noise', 'plan', 'plot', 'project', 'recipe', 'render', 'replay'],
      ...['slide', 'sweep', 'toonify', 'usage', 'walk'],
      ...['addModel', 'listModels', 'modelPath', 'pullModels', 'removeModel', 'verifyModels'],
      ...['addMethod', 'clearCache', 'openBlend', 'openEngine', 'openModel', 'readPicture', 'writePicture'],
      ...['AbortedError', 'EngineError', 'InputFileError', 'OutputError', 'PartialError'],
      ...['StyleganBlendError', 'UsageError'],
    ].sort(),
  );
});

test('every entry of the package is a file', async () => {
  const { exports: entries } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as {
    exports: Record<string, string | Record<string, string>>;
  };
  const files = Object.values(entries).flatMap((entry) =>
    typeof entry === 'string' ? entry : Object.values(entry),
  );
  for (const file of files) expect(existsSync(new URL(file, ROOT)), file).toBe(true);
  for (const name of ['checkpoint', 'recipe', 'graph', 'render', 'project', 'face', 'toonify']) {
    expect(Object.keys(entries)).toContain(`./${name}`);
  }
});

test('every function takes options and answers a document and warnings', () => {
  expectTypeOf(door.blend).returns.resolves.toExtend<door.Answer<door.BlendDocument>>();
  expectTypeOf(door.toonify).returns.resolves.toEqualTypeOf<door.Answer<door.ToonifyDocument>>();
  expectTypeOf(door.render).returns.resolves.toExtend<{ readonly pictures: readonly door.Picture[] }>();
  expectTypeOf(door.project).returns.resolves.toExtend<{ readonly found: { readonly psnr: number } }>();
  expectTypeOf<door.Answer<object>['warnings']>().toEqualTypeOf<readonly string[]>();
  for (const options of [{} as door.BlendOptions, {} as door.ToonifyOptions, {} as door.ProjectOptions]) {
    expectTypeOf(options).toExtend<door.Run>();
  }
  expectTypeOf<door.ToonifyOptions>().toHaveProperty('pivotal');
  expectTypeOf<door.ProjectOptions['space']>().toEqualTypeOf<'w' | 'w+' | undefined>();
  // What is not set may be said to be undefined.
  expectTypeOf<{ psi: undefined }>().toExtend<Pick<door.RenderOptions, 'psi'>>();
});

test('what can be blended can be toonified with', () => {
  const pair: door.Pair = { base: 'a', transfer: 'b', swap: 8, structure: 'base', method: 'slerp' };
  const recipe: door.RecipeInput = {
    version: 1,
    base: 'a',
    models: { a: null, b: { alpha: { window: '16-64', amount: 0.5 } }, c: 'c.pkl' },
  };
  for (const source of [pair, recipe, 'recipe.yaml']) {
    expectTypeOf(source).toExtend<Parameters<typeof door.blend>[0]>();
    expectTypeOf(source).toExtend<Parameters<typeof door.toonify>[1]>();
    expectTypeOf(source).toExtend<Parameters<typeof door.sweep>[0]>();
  }
  // @ts-expect-error: a pair has no `alpha`; how much of the transfer model goes in is its `amount`
  const wrong: door.Pair = { base: 'a', transfer: 'b', alpha: 0.5 };
  expect(wrong).toHaveProperty('alpha');
});

test('the schema of a recipe is its type', () => {
  expectTypeOf<Recipe['models'][string]['alpha']>().toEqualTypeOf<Alpha | undefined>();
  expectTypeOf<{ swap: number }>().toExtend<Alpha>();
  expectTypeOf<{ ramp: { centre: number; width: number; shape: 'cosine' } }>().toExtend<Alpha>();
  expectTypeOf<{ swap: string }>().not.toExtend<Alpha>();
});

test('the types of arguments and options follow from the table', () => {
  const entry = { arguments: ['<model>', '[more...]'] } as const;
  const defined = command(entry, {
    options: [
      seeds,
      withUsual(option('-p, --psi <number>', 'truncation', 'in', number()), 1),
      required(option('--how-much <share>', 'a share', 'alpha', number())),
      choice('--noise <mode>', 'which noise', 'in', ['const', 'none']),
      flag('--no-cache', 'keep nothing', 'engine'),
    ],
    async run([model, more], options) {
      expectTypeOf(model).toEqualTypeOf<string>();
      expectTypeOf(more).toEqualTypeOf<readonly string[]>();
      expectTypeOf(options.psi).toEqualTypeOf<number>();
      expectTypeOf(options.howMuch).toEqualTypeOf<number>();
      expectTypeOf(options.noise).toEqualTypeOf<'const' | 'none' | undefined>();
      expectTypeOf(options.cache).toEqualTypeOf<boolean | undefined>();
      expectTypeOf(options.seeds).toEqualTypeOf<number[] | undefined>();
      // @ts-expect-error: no option is called so
      return { document: {}, lines: [String(options.pis)] };
    },
  });
  expect(defined.options).toHaveLength(5);
});
