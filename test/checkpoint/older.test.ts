import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type {
  PgganArchitecture,
  StyleGan1Architecture,
} from '../../src/checkpoint/architecture/architecture.js';
import { deriveAnyArchitecture } from '../../src/checkpoint/architecture/derive-any-architecture.js';
import type { ArchitectureHints, Shapes } from '../../src/checkpoint/architecture/hints.js';
import { olderHints } from '../../src/checkpoint/architecture/older-settings.js';
import { olderTensors } from '../../src/checkpoint/architecture/older-tensors.js';
import { writeInPlace } from '../../src/checkpoint/in-place/write-in-place.js';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { writeCheckpoint } from '../../src/checkpoint/writers/write.js';
import { PickleDict, type PickleValue } from '../../src/formats/pickle/values.js';
import { fixture } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { expectSameTensors } from './same-tensors.js';

const variation = (name: string) => fileURLToPath(new URL(`../generator/older/${name}.pkl`, import.meta.url));
const variations = [
  'stylegan1-classes',
  'stylegan1-fused',
  'stylegan1-growing',
  'stylegan1-fixed',
  'pggan-fused',
  'pggan-classes',
  'pggan-growing',
  'pggan-start',
];
const golden = ['golden32-stylegan1', 'golden32-pggan'].map((name) => fixture(`golden/${name}.pkl`));

const shapesOf = async (path: string): Promise<Map<string, { shape: readonly number[] }>> => {
  const checkpoint = await openCheckpoint(path);
  await checkpoint.close();
  return new Map([...checkpoint.tensors].map(([name, { shape }]) => [name, { shape }]));
};
const derive = (shapes: Shapes, hints: ArchitectureHints = {}) =>
  deriveAnyArchitecture(shapes, hints, 'x.pkl');

test.each(golden)('%s has exactly the tensors of its architecture', async (path) => {
  const shapes = await shapesOf(path);
  const expected = olderTensors(derive(shapes) as StyleGan1Architecture | PgganArchitecture, 32);
  const found = new Map([...shapes].map(([name, { shape }]) => [name, [...shape]]));
  expect(new Map([...found].sort())).toEqual(new Map([...expected].sort()));
});

test.each(golden)('%s: a tensor that is missing or of another shape is named', async (path) => {
  const shapes = await shapesOf(path);
  for (const [name, { shape }] of shapes) {
    const without = new Map(shapes);
    without.delete(name);
    const isOptional = name === 'dlatent_avg' || /ToRGB_lod[1-9]/.test(name);
    if (isOptional) derive(without);
    else expect(() => derive(without), name).toThrow(/expected|found/);
    const other = new Map(shapes).set(name, { shape: [...shape, 1] });
    expect(() => derive(other), name).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ARCHITECTURE_/) }),
    );
  }
  const more = new Map(shapes).set(
    [...shapes.keys()]
      .at(-3)!
      .replace(/\d+x\d+/, '16x16')
      .concat('/weight'),
    {
      shape: [1],
    },
  );
  expect(() => derive(more)).toThrow(expect.objectContaining({ code: 'ARCHITECTURE_TENSOR_UNEXPECTED' }));
});

describe('settings that contradict the shapes', () => {
  const cases: [string, ArchitectureHints][] = [
    ['stylegan1', { resolution: 64 }],
    ['stylegan1', { zDim: 33 }],
    ['stylegan1', { wDim: 64 }],
    ['stylegan1', { classes: 2 }],
    ['stylegan1', { mappingLayers: 8 }],
    ['stylegan1', { mappingWidth: 64 }],
    ['stylegan1', { mappingLrMultiplier: Number.NaN }],
    ['stylegan1', { lod: Number.NaN }],
    ['pggan', { resolution: 64 }],
    ['pggan', { zDim: 31 }],
    ['pggan', { classes: 32 }],
    ['pggan', { classes: 3, zDim: 32 }],
    ['pggan', { fused: true }],
    ['pggan', { lod: Number.POSITIVE_INFINITY }],
  ];
  test.each(cases)('%s: %o', async (name, hints) => {
    const shapes = await shapesOf(fixture(`golden/golden32-${name}.pkl`));
    expect(() => derive(shapes, hints)).toThrow(
      expect.objectContaining({
        code: 'ARCHITECTURE_CONTRADICTION',
        message: expect.stringContaining('found'),
      }),
    );
  });
});

describe('settings that change what is computed', () => {
  const stateOf = (settings: Record<string, PickleValue>, build: PickleValue = 'G_style') => {
    const dict = new PickleDict();
    for (const [key, value] of Object.entries(settings)) dict.entries.set(key, value);
    return new Map<PickleValue, PickleValue>([
      ['build_func_name', build],
      ['static_kwargs', dict],
    ]);
  };
  test.each<[string, Record<string, PickleValue>]>([
    ['nonlinearity lrelu, found relu', { nonlinearity: 'relu' }],
    ['use_noise true, found false', { use_noise: false }],
    ['use_pixel_norm false, found true', { use_pixel_norm: true }],
    ['blur_filter [1, 2, 1], found [1, 3, 3, 1]', { blur_filter: [1, 3, 3, 1] }],
    ['blur_filter [1, 2, 1], found null', { blur_filter: null }],
    ['num_channels 3, found 1', { num_channels: 1 }],
  ])('%s', async (message, settings) => {
    const { problem } = olderHints([stateOf(settings)], 0);
    expect(problem).toContain(message);
    const shapes = await shapesOf(fixture('golden/golden32-stylegan1.pkl'));
    expect(() => derive(shapes, { problem })).toThrow(
      expect.objectContaining({
        code: 'ARCHITECTURE_UNSUPPORTED',
        message: expect.stringContaining(message),
      }),
    );
  });

  test('build functions that are not known, and components that disagree, are named', () => {
    expect(olderHints([stateOf({}, 'G_mine')], 0).problem).toContain('found G_mine');
    expect(olderHints([stateOf({}, 'training.networks.G_paper')], 0).problem).toBeUndefined();
    const states = [stateOf({ resolution: 32 }), stateOf({ resolution: 64 }, 'G_synthesis')];
    expect(olderHints(states, 0).problem).toContain('expected one resolution, found 32 and 64');
  });

  test('the usual settings are no problem', () => {
    const usual = { nonlinearity: 'lrelu', use_noise: true, blur_filter: [1, 2, 1], fused_scale: 'auto' };
    expect(olderHints([stateOf(usual)], 1.5)).toMatchObject({ problem: undefined, lod: 1.5 });
    expect(olderHints([stateOf({ structure: 'fixed' })], 1.5).lod).toBeUndefined();
    expect(olderHints([stateOf({ fused_scale: false })], 0)).toMatchObject({ fusedFrom: null, fused: false });
  });
});

test.each([...golden, ...variations.map(variation)])(
  '%s comes back from safetensors and from its own container as it was',
  async (path) => {
    const folder = await temporaryFolder();
    const [native, inPlace] = [join(folder, 'a.safetensors'), join(folder, 'a.pkl')];
    const checkpoint = await openCheckpoint(path);
    await writeCheckpoint(native, checkpoint);
    const again = await openCheckpoint(native);
    expect(again.architecture).toEqual(checkpoint.architecture);
    await expectSameTensors(again, checkpoint);
    await writeInPlace(inPlace, path, new Map([['G_ema', again]]), { strict: true });
    const back = await openCheckpoint(inPlace);
    expect(back.architecture).toEqual(checkpoint.architecture);
    await expectSameTensors(back, checkpoint);
    await Promise.all([checkpoint, again, back].map((each) => each.close()));
  },
);
