import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { noiseInputsOf } from '../../src/generator/noise-layers.js';
import { noiseLayers, synthesis } from '../../src/generator/stylegan2/synthesis.js';
import { loadWeights } from '../../src/generator/weights.js';
import { constant, gradients, input, program } from '../../src/graph/index.js';
import { pixelLoss } from '../../src/metric/loss.js';
import { noiseRegulariser } from '../../src/project/noise.js';
import { createProjector } from '../../src/project/projector.js';
import { REFERENCE_RAMPS } from '../../src/project/schedule.js';
import { ONNX_ENGINES } from '../engine/engines.js';
import { fixture, goldenTensors, relativeDifference } from '../support/golden.js';

const expected = await goldenTensors('golden-expected.safetensors');
const checkpoint = await openCheckpoint(fixture('golden/golden32.pkl'));
const weights = await loadWeights(checkpoint);
const noiseConst = new Map(
  noiseLayers(weights).map(({ layer }) => [layer, weights.values(`synthesis.${layer}.noise_const`)]),
);
const noiseFeeds = Object.fromEntries([...noiseConst].map(([layer, map]) => [`noise.${layer}`, map]));

describe.each(ONNX_ENGINES)('%s', async (_, open) => {
  const engine = await open();

  test('gradients to ws and to every noise buffer are those of the reference implementation', async () => {
    const ws = input('ws', [1, 8, 32]);
    const noise = noiseInputsOf(noiseLayers(weights));
    const target = constant(expected.get('golden32.seed0.image_psi07')!, [1, 3, 32, 32]);
    const loss = pixelLoss.distance(synthesis(weights, ws, noise), target);
    const [toWs, ...toNoise] = gradients(loss, [ws, ...noise.values()]);
    const executable = await engine.compile(
      program({
        loss,
        toWs: toWs!,
        ...Object.fromEntries([...noise.keys()].map((layer, k) => [layer, toNoise[k]!])),
      }),
    );
    const wAvg = weights.values('mapping.w_avg');
    const rows = Float32Array.from({ length: 8 * 32 }, (_, i) => wAvg[i % 32]!);
    const results = await executable.run({ ws: rows, ...noiseFeeds });
    expect(relativeDifference(results['loss']!, expected.get('gradient.loss')!)).toBeLessThan(1e-4);
    expect(relativeDifference(results['toWs']!, expected.get('gradient.ws')!)).toBeLessThan(1e-3);
    for (const layer of noise.keys()) {
      expect(
        relativeDifference(results[layer]!, expected.get(`gradient.noise.${layer}.noise_const`)!),
      ).toBeLessThan(1e-3);
    }
    await executable.dispose();
  });

  test('the noise regulariser and its gradient are those of the reference implementation', async () => {
    const noise = noiseInputsOf(noiseLayers(weights));
    const loss = noiseRegulariser([...noise.values()]);
    const toNoise = gradients(loss, [...noise.values()]);
    const executable = await engine.compile(
      program({ loss, ...Object.fromEntries([...noise.keys()].map((layer, k) => [layer, toNoise[k]!])) }),
    );
    const results = await executable.run(noiseFeeds);
    expect(relativeDifference(results['loss']!, expected.get('noise_regulariser.loss')!)).toBeLessThan(1e-4);
    for (const layer of noise.keys()) {
      const want = expected.get(`noise_regulariser.grad.${layer}.noise_const`)!;
      expect(relativeDifference(results[layer]!, want)).toBeLessThan(1e-3);
    }
    await executable.dispose();
  });

  test('60 steps of the projector follow those of the reference implementation', async () => {
    const golden = await goldenTensors('golden-projection.safetensors');
    const projector = await createProjector(checkpoint, engine, { loss: pixelLoss, noiseWeight: 0.1 });
    expect(relativeDifference(projector.statistics.wAvg, golden.get('statistics.w_avg')!)).toBeLessThan(1e-4);
    expect(relativeDifference([projector.statistics.wStd], golden.get('statistics.w_std')!)).toBeLessThan(
      1e-4,
    );

    const [losses, distances, tried]: [number[], number[], Float32Array[]] = [[], [], []];
    const { last } = await projector.project(golden.get('target')!, {
      profile: 'reference',
      steps: 60,
      ramps: { ...REFERENCE_RAMPS, wNoise: 0 },
      initialNoise: noiseConst,
      onStep: ({ loss, distance, w }) => {
        losses.push(loss);
        distances.push(distance);
        tried.push(w.slice());
      },
    });
    for (let step = 0; step < 20; step++) {
      expect(Math.abs(losses[step]! / golden.get('loss')![step]! - 1)).toBeLessThan(0.01);
      expect(Math.abs(distances[step]! / golden.get('distance')![step]! - 1)).toBeLessThan(0.01);
      // The golden w is the one after a step's update, so the one that the next step tries.
      if (step > 0)
        expect(
          relativeDifference(tried[step]!, golden.get('w')!.subarray((step - 1) * 32, step * 32)),
        ).toBeLessThan(0.01);
    }
    expect(Math.abs(distances.at(-1)! / golden.get('distance')!.at(-1)! - 1)).toBeLessThan(0.1);
    expect(last.distance).toBeLessThan(golden.get('distance')![0]! / 2);
    await projector.dispose();
  });
});
