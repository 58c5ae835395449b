import { expect, test } from 'vitest';
import { deriveArchitecture } from '../../src/checkpoint/architecture/derive-architecture.js';
import { expectedTensors } from '../../src/checkpoint/architecture/expected-tensors.js';
import { ExtentReader } from '../../src/checkpoint/architecture/extent-reader.js';
import { randomArchitecture } from '../support/random-generator.js';

type Shapes = Map<string, { shape: number[] }>;

function shapesOf(options: Parameters<typeof randomArchitecture>[0] = {}): Shapes {
  const expected = expectedTensors(randomArchitecture(options));
  return new Map([...expected].map(([name, shape]) => [name, { shape: [...shape] }]));
}

test('a 1024 px config-f generator has the tensors that are known of it', () => {
  const architecture = randomArchitecture({
    resolution: 1024,
    zDim: 512,
    wDim: 512,
    mappingLayers: 8,
    channels: (r) => Math.min(32768 / r, 512),
  });
  const expected = expectedTensors(architecture);
  const count = (names: string[]) =>
    names.reduce((sum, name) => sum + expected.get(name)!.reduce((a, b) => a * b, 1), 0);
  const names = [...expected.keys()];
  const buffers = /(noise_const|resample_filter|w_avg)$/;
  expect(names).toHaveLength(182);
  expect(count(names.filter((name) => !buffers.test(name)))).toBe(30_370_060);
  expect(count(names.filter((name) => name.endsWith('noise_const')))).toBe(2_796_176);
  expect(
    deriveArchitecture(new ExtentReader(shapesOf({ ...architecture, convClamp: null }), {}, 'file')),
  ).toEqual(architecture);
});

test('widths of hidden layers and of the embedding may differ from w', () => {
  const shapes = shapesOf({ classes: 2, mappingLayers: 3 });
  shapes.set('mapping.embed.weight', { shape: [5, 2] });
  shapes.set('mapping.embed.bias', { shape: [5] });
  shapes.set('mapping.fc0.weight', { shape: [6, 13] });
  shapes.set('mapping.fc0.bias', { shape: [6] });
  shapes.set('mapping.fc1.weight', { shape: [6, 6] });
  shapes.set('mapping.fc1.bias', { shape: [6] });
  shapes.set('mapping.fc2.weight', { shape: [8, 6] });
  expect(deriveArchitecture(new ExtentReader(shapes, {}, 'file'))).toMatchObject({
    zDim: 8,
    mappingWidth: 6,
    embedDim: 5,
  });
});

const cases: [string, (shapes: Shapes) => void, string, RegExp][] = [
  ['nothing', (s) => s.clear(), 'ARCHITECTURE_UNKNOWN', /found none/],
  [
    'StyleGAN3',
    (s) => {
      s.clear();
      s.set('synthesis.L0_36_512.weight', { shape: [1] });
    },
    'ARCHITECTURE_UNKNOWN',
    /found none/,
  ],
  [
    'a tensor less',
    (s) => s.delete('synthesis.b8.conv0.bias'),
    'ARCHITECTURE_TENSOR_MISSING',
    /b8\.conv0\.bias/,
  ],
  ['no mapping', (s) => s.delete('mapping.fc0.weight'), 'ARCHITECTURE_TENSOR_MISSING', /fc0/],
  ['a block less', (s) => s.delete('synthesis.b8.conv1.weight'), 'ARCHITECTURE_TENSOR_MISSING', /b8\.conv1/],
  [
    'a tensor more',
    (s) => s.set('synthesis.b8.extra', { shape: [1] }),
    'ARCHITECTURE_TENSOR_UNEXPECTED',
    /extra/,
  ],
  [
    'a gap in the mapping',
    (s) => s.set('mapping.fc3.bias', { shape: [8] }),
    'ARCHITECTURE_TENSOR_UNEXPECTED',
    /fc3/,
  ],
  [
    'a wrong shape',
    (s) => s.set('synthesis.b16.conv0.weight', { shape: [8, 7, 3, 3] }),
    'ARCHITECTURE_SHAPE',
    /b16\.conv0\.weight: expected shape \[8,8,3,3\], found \[8,7,3,3\]/,
  ],
  ['a wrong rank', (s) => s.set('mapping.w_avg', { shape: [1, 8] }), 'ARCHITECTURE_SHAPE', /w_avg/],
  [
    'no channels',
    (s) => s.set('synthesis.b8.conv1.weight', { shape: [0, 8, 3, 3] }),
    'ARCHITECTURE_SHAPE',
    /b8/,
  ],
  [
    'grey pictures',
    (s) => s.set('synthesis.b4.torgb.weight', { shape: [1, 8, 1, 1] }),
    'ARCHITECTURE_UNSUPPORTED',
    /colour/,
  ],
  [
    'a crooked size',
    (s) => s.set('synthesis.b48.conv1.bias', { shape: [1] }),
    'ARCHITECTURE_UNSUPPORTED',
    /48/,
  ],
  ['a giant', (s) => s.set('synthesis.b8192.conv1.bias', { shape: [1] }), 'ARCHITECTURE_UNSUPPORTED', /8192/],
  [
    'a huge number',
    (s) => s.set(`synthesis.b${'9'.repeat(400)}.x`, { shape: [1] }),
    'ARCHITECTURE_UNSUPPORTED',
    /found/,
  ],
];
test.each(cases)('names the first difference: %s', (_, change, code, message) => {
  const shapes = shapesOf();
  change(shapes);
  const derive = () => deriveArchitecture(new ExtentReader(shapes, {}, 'file.pkl'));
  expect(derive).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});

test('what does not matter', () => {
  const shapes = shapesOf();
  shapes.set('synthesis.b8.conv0.noise_strength', { shape: [1] });
  shapes.set('num_batches', { shape: [] });
  expect(deriveArchitecture(new ExtentReader(shapes, {}, 'file')).resolution).toBe(16);
});
