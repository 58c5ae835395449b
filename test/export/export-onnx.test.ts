import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { openEngine } from '../../src/engine/index.js';
import { checkExported } from '../../src/export/check-export.js';
import { type ExportedModel, exportOnnx } from '../../src/export/export-onnx.js';
import type { ExportSettings } from '../../src/export/export-options.js';
import { RandomState } from '../../src/generator/random-state.js';
import { createRenderer } from '../../src/render/renderer.js';
import { fixture, goldenTensors, maxDifference } from '../support/golden.js';
import { randomGenerator } from '../support/random-generator.js';

interface GoldenGenerator {
  readonly name: string;
  /** The file with what the reference makes of it, and the tensor in it, # for the seed. */
  readonly expected: string;
  readonly key: string;
  readonly psi?: number;
  readonly label?: number;
}

/** scripts/check-browser.js takes the same ones to browsers. */
const generators: readonly GoldenGenerator[] = JSON.parse(
  readFileSync(new URL('golden-generators.json', import.meta.url), 'utf8'),
);

const engine = await openEngine({ device: 'cpu', threads: 1 });

async function exported(name: string, options: ExportSettings = {}): Promise<ExportedModel[]> {
  const checkpoint = await openCheckpoint(fixture(`golden/${name}.pkl`));
  try {
    return await exportOnnx(checkpoint, options);
  } finally {
    await checkpoint.close();
  }
}

type Feeds = Record<string, [values: readonly number[], dims: readonly number[]]>;

async function run(model: ExportedModel, feeds: Feeds): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(model.bytes, { intraOpNumThreads: 1 });
  const tensors = Object.entries(feeds).map(([name, [values, dims]]) => [
    name,
    new ort.Tensor('float32', Float32Array.from(values), dims),
  ]);
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return results as Record<string, ort.Tensor>;
}

for (const { name, expected, key, psi, label } of generators) {
  test(`${name}: batches of any size give the pictures of the reference implementation`, async () => {
    const [model] = (await exported(name)) as [ExportedModel];
    const golden = await goldenTensors(`${expected}.safetensors`);
    const zDim = model.inputs.find((input) => input.name === 'z')!.shape[1] as number;
    const classes = model.inputs.find((input) => input.name === 'label')?.shape[1] as number;
    for (const seeds of [[0], [85, 0], [85, 0, 0, 85, 85]]) {
      const n = seeds.length;
      const feeds: Feeds = {
        z: [seeds.flatMap((seed) => [...new RandomState(seed).randn(zDim)]), [n, zDim]],
      };
      if (psi !== undefined) feeds['psi'] = [[psi], []];
      if (label !== undefined) {
        feeds['label'] = [
          seeds.flatMap(() => [...Array(classes).keys()].map((k) => +(k === label))),
          [n, classes],
        ];
      }
      const { image } = await run(model, feeds);
      expect(image!.dims[0]).toBe(n);
      const values = image!.data as Float32Array;
      const size = values.length / n;
      for (const [i, seed] of seeds.entries()) {
        const want = golden.get(key.replace('#', String(seed)))!;
        expect(maxDifference(values.subarray(i * size, (i + 1) * size), want)).toBeLessThan(1e-4);
      }
    }
  });
}

test.each([
  { parts: true, noise: 'input', cutoff: 'input' },
  { parts: true, noise: 'none', cutoff: 3 },
  { noise: 'input', storeHalves: true },
  { cutoff: 0 },
] satisfies ExportSettings[])('%o agrees with the renderer', async (options) => {
  for (const name of ['golden64-cond', 'golden32-stylegan1']) {
    const checkpoint = await openCheckpoint(fixture(`golden/${name}.pkl`));
    const models = await exportOnnx(checkpoint, options);
    const { difference, levels } = await checkExported(checkpoint, models, options);
    // A half has eleven binary digits; the StyleGAN generator magnifies what its constant lacks.
    expect(difference).toBeLessThan('storeHalves' in options ? 0.02 : 1e-4);
    expect(levels).toBeLessThanOrEqual('storeHalves' in options ? 2 : 1);
    await checkpoint.close();
  }
});

test('halves take half of the bytes that weights take', async () => {
  const checkpoint = await openCheckpoint(fixture('generators/toonhead.safetensors'));
  const [full, half] = [await exportOnnx(checkpoint), await exportOnnx(checkpoint, { storeHalves: true })];
  expect(half[0]!.bytes.length / full[0]!.bytes.length).toBeLessThan(0.55);
  await checkpoint.close();
});

/** Two levels of 255. */
const TWO_LEVELS = 2 / 127.5;

test.each(['golden32', 'golden64-cond'])(
  '%s in half precision, within two levels of the reference',
  async (name) => {
    const { key, expected, psi, label } = generators.find((one) => one.name === name)!;
    const [model] = (await exported(name, { half: true })) as [ExportedModel];
    const golden = await goldenTensors(`${expected}.safetensors`);
    const zDim = model.inputs.find((input) => input.name === 'z')!.shape[1] as number;
    const seeds = [85, 0];
    const feeds: Feeds = {
      z: [seeds.flatMap((seed) => [...new RandomState(seed).randn(zDim)]), [2, zDim]],
      psi: [[psi!], []],
      ...(label === undefined
        ? {}
        : {
            label: [
              [0, 0, 1, 0, 0, 1],
              [2, 3],
            ],
          }),
    };
    const { image } = await run(model, feeds);
    const want = seeds.flatMap((seed) => [...golden.get(key.replace('#', String(seed)))!]);
    const difference = maxDifference(image!.data as Float32Array, want);
    expect(difference).toBeLessThan(TWO_LEVELS);
    expect(difference).toBeGreaterThan(1e-4);
    expect(model.metadata).toMatchObject({
      weights: 'f16',
      computed: name === 'golden32' ? 'f16 from 8 px' : 'f16 from 16 px',
    });
  },
);

test('half precision is for StyleGAN2', async () => {
  for (const name of ['golden32-stylegan1', 'golden32-pggan']) {
    await expect(exported(name, { half: true })).rejects.toMatchObject({
      code: 'HALF_MISSING',
      hint: expect.stringContaining('`dtype`'),
    });
  }
});

test('each face of a batch is what it is alone, for any seeds, psi and generator', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(1000), { minLength: 1, maxLength: 4 }),
      fc.double({ min: -1, max: 1.5, noNaN: true }),
      fc.constantFrom(0, 3),
      async (seeds, psi, classes) => {
        const checkpoint = randomGenerator({ resolution: 8, classes, seed: seeds[0]! });
        const [model] = (await exportOnnx(checkpoint)) as [ExportedModel];
        const renderer = await createRenderer(checkpoint, engine);
        const feeds: Feeds = {
          z: [seeds.flatMap((seed) => [...new RandomState(seed).randn(8)]), [seeds.length, 8]],
          psi: [[psi], []],
        };
        const classIndex = classes > 0 ? 1 : undefined;
        if (classes > 0) feeds['label'] = [seeds.flatMap(() => [0, 1, 0]), [seeds.length, 3]];
        const { image } = await run(model, feeds);
        const noise = renderer.noise('const');
        const alone: number[] = [];
        for (const seed of seeds) {
          alone.push(...(await renderer.image(await renderer.styles(seed, { psi, classIndex }), noise)));
        }
        expect(maxDifference(image!.data as Float32Array, alone)).toBeLessThan(1e-4);
        await renderer.dispose();
      },
    ),
    { numRuns: 8 },
  );
});

test('the file says what it was made from, and what its inputs mean', async () => {
  const [model] = (await exported('golden64-cond')) as [ExportedModel];
  expect(model.inputs.map(({ name, shape }) => [name, shape])).toEqual([
    ['z', ['N', 48]],
    ['label', ['N', 3]],
    ['psi', []],
  ]);
  expect(model.outputs.map(({ name, shape }) => [name, shape])).toEqual([['image', ['N', 3, 64, 64]]]);
  expect(model.metadata).toMatchObject({ source: 'golden64-cond.pkl', opset: '17', weights: 'f32' });
  const text = Buffer.from(model.bytes).toString('latin1');
  for (const entry of Object.values(model.metadata)) expect(text).toContain(entry);
});

test('a PGGAN has no parts and no truncation; a cutoff is a number of rows', async () => {
  await expect(exported('golden32-pggan', { parts: true })).rejects.toMatchObject({ code: 'PARTS_MISSING' });
  await expect(exported('golden32-pggan', { cutoff: 2 })).rejects.toMatchObject({
    code: 'TRUNCATION_MEANINGLESS',
  });
  await expect(exported('golden32', { cutoff: 9 })).rejects.toMatchObject({ code: 'CUTOFF_OUT_OF_RANGE' });
  await expect(exported('golden32', { cutoff: -1 })).rejects.toMatchObject({ code: 'CUTOFF_OUT_OF_RANGE' });
  const signal = AbortSignal.abort();
  await expect(exported('golden32', { signal })).rejects.toMatchObject({ code: 'ABORTED' });
});
