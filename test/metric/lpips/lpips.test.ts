import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/index.js';
import { openSafetensors } from '../../../src/formats/safetensors/read.js';
import { RandomState } from '../../../src/generator/random-state.js';
import { gradients, input, program } from '../../../src/graph/index.js';
import { type LpipsWeights, loadLpips } from '../../../src/metric/lpips/load.js';
import { lpipsBetween, lpipsFeatures, smallestSide } from '../../../src/metric/lpips/lpips.js';
import { LPIPS_NAMES } from '../../../src/metric/lpips/names.js';
import { TRUNKS } from '../../../src/metric/lpips/trunks.js';
import { ENGINES_HERE } from '../../engine/engines.js';
import { fixture, goldenTensors, relativeDifference } from '../../support/golden.js';
import { randomLpips } from '../../support/random-lpips.js';

// TensorFlow.js's plain JavaScript takes minutes for what the others do in a second.
const engines = await Promise.all(
  ENGINES_HERE.slice(0, 3).map(async ([name, open]) => [name, await open()] as const),
);
const [[, onnxRuntime]] = engines as [[string, Engine]];

/** LPIPS of two pictures and its gradient to the second one. */
async function compare(weights: LpipsWeights, engine: Engine, images: readonly Float32Array[]) {
  const side = Math.sqrt(images[0]!.length / 3);
  const inputs = images.map((_, k) => input(`image${k}`, [1, 3, side, side]));
  const [first, second] = inputs.map((image) => lpipsFeatures(weights, image));
  const distance = lpipsBetween(weights, second!, first!);
  const [gradient] = gradients(distance, [inputs[1]!]);
  const executable = await engine.compile(program({ distance, gradient: gradient! }));
  const results = await executable.run({ image0: images[0]!, image1: images[1]! });
  await executable.dispose();
  return { distance: results['distance']!, gradient: results['gradient']! };
}

describe('SqueezeNet is that of the reference', async () => {
  const golden = await goldenTensors('lpips/squeeze-expected.safetensors');
  const weights = await loadLpips('lpips-squeeze', {
    trunk: fixture('golden/lpips/squeeze-random-trunk.pth'),
    lin: fixture('golden/lpips/squeeze-random-lin.pth'),
  });
  test.each(engines)('%s', async (_, engine) => {
    const images = ['image0', 'image1'].map((name) => golden.get(name)!);
    const { distance, gradient } = await compare(weights, engine, images);
    expect(relativeDifference(distance, golden.get('distance')!)).toBeLessThan(1e-4);
    expect(relativeDifference(gradient, golden.get('gradient.image1')!)).toBeLessThan(1e-4);
  });
});

// expected.safetensors is what torch_reference.py wrote.
describe('every network is that of PyTorch, with random weights', async () => {
  const file = await openSafetensors(new URL('expected.safetensors', import.meta.url).pathname);
  const cases = [...file.tensors.keys()].flatMap((name) => {
    const [metric, side] = name.split('.');
    return name.endsWith('distance') ? [[metric!, Number(side)] as const] : [];
  });
  test.each(cases)('%s at %i px', async (metric, side) => {
    const images = [1, 2].map((seed) =>
      Float32Array.from(new RandomState(seed).randn(3 * side * side), (value) => value / 2),
    );
    const name = LPIPS_NAMES.find((known) => known === metric)!;
    const { distance, gradient } = await compare(randomLpips(name), onnxRuntime, images);
    const expected = (what: string) => file.read(`${metric}.${side}.${what}`);
    expect(relativeDifference(distance, await expected('distance'))).toBeLessThan(1e-4);
    expect(relativeDifference(gradient, await expected('gradient'))).toBeLessThan(1e-4);
  });
});

test('equal pictures have distance 0, and a gradient without surprises where all channels are 0', async () => {
  const weights = randomLpips('lpips-squeeze');
  // No picture makes anything positive.
  const dead = [...weights.tensors].map(([name, values]): [string, Float32Array] => [
    name,
    name.endsWith('bias') ? values.map(() => -1e3) : values,
  ]);
  const image = new Float32Array(3 * 32 * 32).fill(0.5);
  const { distance, gradient } = await compare({ ...weights, tensors: new Map(dead) }, onnxRuntime, [
    image,
    image,
  ]);
  expect(distance[0]).toBe(0);
  expect(gradient.every((value) => value === 0)).toBe(true);
});

test('weights below 0, as files that were not trained may have them, count as they are', async () => {
  const weights = randomLpips('lpips-squeeze');
  const images = [1, 2].map((seed) => Float32Array.from(new RandomState(seed).randn(3 * 32 * 32)));
  const { distance } = await compare(weights, onnxRuntime, images);
  const negative = { ...weights, lins: weights.lins.map((lin) => lin.map((value) => -value)) };
  const { distance: opposite } = await compare(negative, onnxRuntime, images);
  expect(opposite[0]).toBeCloseTo(-distance[0]!, 6);
});

test('the smallest pictures are those that PyTorch still takes', () => {
  expect(LPIPS_NAMES.map((name) => smallestSide(TRUNKS[name]))).toEqual([16, 17, 31]);
  const tooSmall = input('image', [1, 3, 16, 64]);
  expect(() => lpipsFeatures(randomLpips('lpips-squeeze'), tooSmall)).toThrow(
    /at least 17 px .* found 16 px/,
  );
});
