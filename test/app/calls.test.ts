import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blend, openBlend } from '../../src/app/blend.js';
import { project } from '../../src/app/project.js';
import { render } from '../../src/app/render.js';
import { replay } from '../../src/app/replay.js';
import { sweep } from '../../src/app/sweep.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { runDoctor } from '../../src/engine/doctor/doctor.js';
import { openEngine } from '../../src/engine/index.js';
import { exportOnnx } from '../../src/export/export-onnx.js';
import { loadGenerator } from '../../src/generator/load-generator.js';
import { createRenderer } from '../../src/render/renderer.js';
import { pairOf } from '../../src/swap/blend.js';
import { pairRecipe } from '../../src/swap/recipe/pair.js';
import { blendMetadata } from '../../src/swap/recipe/record.js';
import { fixture, goldenTensors, maxDifference } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const pair = { base: fixture('golden/golden32.pkl'), transfer: fixture('golden/golden32-tuned.pkl') };
const engine = await openEngine({ device: 'cpu', threads: 1 });

test('a pair, an object and a file are the same blend, that of the reference implementation', async () => {
  const folder = await temporaryFolder();
  const models = { b: pair.base, t: { model: pair.transfer, alpha: { swap: 8 } } };
  const document = { version: 1 as const, base: 'b', models };
  await writeFile(join(folder, 'recipe.json'), JSON.stringify(document));
  const expected = await goldenTensors('golden-expected.safetensors');
  const want = expected.get('blend.swap8.seed85.image_psi07')!;
  const out = join(folder, 'out.safetensors');
  for (const source of [{ ...pair, swap: 8 }, document, join(folder, 'recipe.json')]) {
    await blend(source, { out, force: true });
    await using blended = await openBlend(source);
    const { pictures } = await render(blended, { seeds: [85], psi: 0.7, engine });
    const [picture] = pictures;
    const levels = Float32Array.from(want, (v) => Math.min(255, Math.max(0, Math.trunc(v * 127.5 + 128))));
    const planar = Float32Array.from(want, (_, i) => picture!.data[(i % 1024) * 3 + Math.floor(i / 1024)]!);
    expect(maxDifference(planar, levels)).toBeLessThanOrEqual(1);
    const file = await openCheckpoint(out);
    expect(file.metadata['recipe']).toContain('"sha256"');
    await file.close();
  }
});

test('a sweep has a column for each swap and two for the models', async () => {
  const calls: number[][] = [];
  const onProgress = ({ done, total }: { done: number; total: number }) => calls.push([done, total]);
  const options = { seeds: [0, 1], engine, onProgress };
  const few = await sweep(pair, { ...options, columns: { part: 'swap', values: [8] } });
  expect(calls.at(-1)).toEqual([2, 2]);
  const all = await sweep(pair, options);
  expect(calls.at(-1)).toEqual([12, 12]);
  expect(all.sheet.width).toBeGreaterThan(few.sheet.width);
  expect(all.document).toMatchObject({
    columns: ['golden32', 'swap 4', 'swap 8', 'swap 16', 'swap 32', 'golden32-tuned'],
  });
});

test('a signal that has fired ends each of them, and what they opened is closed', async () => {
  const signal = AbortSignal.abort();
  const aborted = { code: 'ABORTED' };
  await expect(blend({ ...pair, swap: 8 }, { signal })).rejects.toMatchObject(aborted);
  await expect(render(pair.base, { seeds: [1], engine, signal })).rejects.toMatchObject(aborted);
  await expect(sweep(pair, { seeds: [1], engine, signal })).rejects.toMatchObject(aborted);
  await expect(openEngine({ signal })).rejects.toMatchObject(aborted);
  await expect(runDoctor({ signal })).rejects.toMatchObject(aborted);
  const checkpoint = await openCheckpoint(pair.base);
  const models = pairOf(checkpoint, checkpoint);
  await expect(blendMetadata(pairRecipe({ swap: 8 }), models, { signal })).rejects.toMatchObject(aborted);
  await checkpoint.close();
  const picture = fixture('pictures/person-01.png');
  await expect(project(pair.base, picture, { engine, signal })).rejects.toMatchObject(aborted);
});

test('loading and compiling stop between one tensor and the next', async () => {
  const checkpoint = await openCheckpoint(pair.base);
  const stop = new AbortController();
  let read = 0;
  const counting = {
    ...checkpoint,
    tensors: checkpoint.tensors,
    async read(name: string) {
      if (++read === 3) stop.abort();
      return checkpoint.read(name);
    },
  };
  const aborted = { code: 'ABORTED' };
  await expect(loadGenerator(counting, stop)).rejects.toMatchObject(aborted);
  expect(read).toBe(3);
  await expect(createRenderer(checkpoint, engine, stop)).rejects.toMatchObject(aborted);
  await expect(exportOnnx(checkpoint, stop)).rejects.toMatchObject(aborted);
  await checkpoint.close();
});

test('a recipe that cannot be is refused', async () => {
  const document = { version: 1 as const, base: 'x', models: { b: pair.base } };
  await expect(blend(document)).rejects.toMatchObject({ code: 'MODEL_UNDEFINED' });
  await expect(blend({ ...document, colour: 3 } as never)).rejects.toMatchObject({
    code: 'RECIPE_MALFORMED',
  });
  await expect(blend('nowhere.yaml')).rejects.toMatchObject({ code: 'FILE_MISSING' });
});

test('a blend is written in any form, and made again', async () => {
  const folder = await temporaryFolder();
  const recipe = join(folder, 'recipe.json');
  const models = { b: pair.base, t: { model: pair.transfer, alpha: { swap: 8 } } };
  const output = { networks: ['G_ema', 'D'] };
  await writeFile(recipe, JSON.stringify({ version: 1, base: 'b', models, output }));
  const files = { b: pair.base, t: pair.transfer, golden32: pair.base, 'golden32-tuned': pair.transfer };
  const places = new Map(Object.entries({ ...files, container: pair.base }));
  const sources: [string, Parameters<typeof blend>][] = [
    ['pair.pkl', [{ ...pair, swap: 8 }]],
    ['several.pkl', [recipe]],
    ['half.pt', [recipe, { networks: ['G_ema'], dtype: 'f16' }]],
    ['other.pkl', [{ ...pair, swap: 8 }, { container: pair.transfer }]],
  ];
  for (const [name, [source, options]] of sources) {
    const out = join(folder, name);
    await blend(source, { ...options, out });
    if (name === 'other.pkl') places.set('container', pair.transfer);
    expect((await replay(out, { model: places })).document, name).toMatchObject({ sameFile: true });
  }
  const onto = blend({ ...pair, swap: 8 }, { out: pair.base, force: true });
  await expect(onto).rejects.toMatchObject({ code: 'OUTPUT_IS_INPUT' });
  const signal = AbortSignal.abort();
  await expect(replay(join(folder, 'pair.pkl'), { signal })).rejects.toMatchObject({ code: 'ABORTED' });
});
