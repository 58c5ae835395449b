import { expect, test } from 'vitest';
import { openCheckpoint } from '../../../src/checkpoint/open.js';
import { withTensors } from '../../../src/checkpoint/with-tensors.js';
import { openEngine } from '../../../src/engine/index.js';
import { openSafetensors } from '../../../src/formats/safetensors/read.js';
import { noiseFeeds } from '../../../src/generator/noise-layers.js';
import { loadWeights } from '../../../src/generator/weights.js';
import { pixelLoss } from '../../../src/metric/loss.js';
import { createTuner, tuningProgram } from '../../../src/project/pivotal-tuning.js';
import { createRenderer } from '../../../src/render/renderer.js';
import { openTfjsBackend } from '../../engine/engines.js';
import { fixture, goldenTensors, maxDifference, relativeDifference } from '../../support/golden.js';

// As torch_reference.py has it: w_avg, the generator's own noise, and the pixels' difference twice.
const engine = await openEngine({ device: 'cpu', threads: 1 });
const web = await openEngine({ engine: 'onnxruntime-web', threads: 1 });
const checkpoint = await openCheckpoint(fixture('golden/golden32.pkl'));
const weights = await loadWeights(checkpoint);
const target = (await goldenTensors('golden-expected.safetensors')).get('golden32.seed0.image_psi07')!;
const wAvg = weights.values('mapping.w_avg');
const expected = await expectedTensors();

async function expectedTensors(): Promise<Map<string, Float32Array>> {
  const file = await openSafetensors(new URL('./expected.safetensors', import.meta.url).pathname);
  const values = new Map<string, Float32Array>();
  for (const name of file.tensors.keys()) values.set(name, await file.read(name));
  await file.close();
  return values;
}

test.each([
  ['onnxruntime', engine],
  ['onnxruntime-web', web],
])('gradients to every weight of the synthesis network are those of PyTorch on %s', async (_, engine) => {
  const { graph, variables, own, rows } = tuningProgram(weights, pixelLoss);
  const executable = await engine.compile(graph);
  const tensors = variables.map((name) => [`weight.${name}`, weights.values(name)] as const);
  const w = Float32Array.from({ length: rows * wAvg.length }, (_, i) => wAvg[i % wAvg.length]!);
  const results = await executable.run({ target, w, ...noiseFeeds(own), ...Object.fromEntries(tensors) });
  await executable.dispose();
  const wanted = [...expected.keys()].filter((name) => name.startsWith('gradient.'));
  expect(variables.map((name) => `gradient.${name}`).toSorted()).toEqual(wanted.toSorted());
  for (const name of wanted) {
    expect(relativeDifference(results[name]!, expected.get(name)!), name).toBeLessThan(1e-3);
  }
});

test('20 updates follow those of PyTorch, and the tuned generator makes the picture that was promised', async () => {
  const tuner = await createTuner(checkpoint, engine, { loss: pixelLoss });
  const distances: number[] = [];
  const pivot = { w: wAvg, noise: new Map() };
  const tuned = await tuner.tune(target, pivot, {
    steps: 20,
    onStep: ({ distance }) => {
      distances.push(distance);
    },
  });
  expect(tuned.steps).toBe(20);
  expected.get('distance')!.forEach((distance, step) => {
    expect(Math.abs([...distances, tuned.distance][step]! / distance - 1)).toBeLessThan(1e-3);
  });
  expect(weights.values('synthesis.b4.const')).toEqual(await checkpoint.read('synthesis.b4.const'));

  const renderer = await createRenderer(withTensors(checkpoint, tuned.tensors, 'tuned'), engine);
  const rows = Float32Array.from(
    { length: renderer.space.rows * wAvg.length },
    (_, i) => wAvg[i % wAvg.length]!,
  );
  const image = await renderer.image(rows, renderer.noise('const'));
  expect(maxDifference(image, tuned.image)).toBeLessThan(1e-4);
  await renderer.dispose();

  const once = await tuner.tune(target, pivot, { steps: 1 });
  expect(Math.abs(once.distance / expected.get('distance')![1]! - 1)).toBeLessThan(1e-3);
  await tuner.dispose();
});

test('steps that lead away are left out', async () => {
  const tuner = await createTuner(checkpoint, engine, { loss: pixelLoss });
  const tuned = await tuner.tune(target, { w: wAvg, noise: new Map() }, { steps: 3, learningRate: 10 });
  expect(tuned.steps).toBe(0);
  expect(tuned.tensors.get('synthesis.b4.const')).toEqual(weights.values('synthesis.b4.const'));
  await tuner.dispose();
});

test('other generators are refused', async () => {
  const older = await openCheckpoint(fixture('golden/golden32-stylegan1.pkl'));
  await expect(createTuner(older, engine)).rejects.toMatchObject({ code: 'ARCHITECTURE_NOT_RENDERED' });
  await older.close();
});

test('an engine whose kernels cannot change is refused', async () => {
  const fixed = await openTfjsBackend('cpu');
  await expect(createTuner(checkpoint, fixed)).rejects.toMatchObject({ code: 'ENGINE_CANNOT_TUNE' });
});
