import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { noiseInputsOf } from '../../src/generator/noise-layers.js';
import { noiseLayers, synthesis } from '../../src/generator/stylegan2/synthesis.js';
import { loadWeights } from '../../src/generator/weights.js';
import { constant, gradients, input, program, type Tensor } from '../../src/graph/index.js';
import { pixelLoss } from '../../src/metric/loss.js';
import { noiseRegulariser } from '../../src/project/noise.js';
import { createProjector } from '../../src/project/projector.js';
import { REFERENCE_RAMPS } from '../../src/project/schedule.js';
import { createRenderer } from '../../src/render/renderer.js';
import { blendCheckpoints } from '../../src/swap/blend.js';
import { fixture, goldenTensors, maxDifference, relativeDifference } from '../support/golden.js';
import { ENGINES_HERE } from './engines.js';

// What the reference implementation computed, on every engine with the same bounds.
const expected = await goldenTensors('golden-expected.safetensors');
const projection = await goldenTensors('golden-projection.safetensors');
const base = await openCheckpoint(fixture('golden/golden32.pkl'));
const transfer = await openCheckpoint(fixture('golden/golden32-tuned.pkl'));
const conditional = await openCheckpoint(fixture('golden/golden64-cond.pkl'));
const weights = await loadWeights(base);
const noiseConst = new Map(
  noiseLayers(weights).map(({ layer }) => [layer, weights.values(`synthesis.${layer}.noise_const`)]),
);
const noiseFeeds = Object.fromEntries([...noiseConst].map(([layer, map]) => [`noise.${layer}`, map]));
const STEPS = 8;

for (const [name, open] of ENGINES_HERE) {
  const engine = await open();
  const evaluate = async (outputs: Record<string, Tensor>, inputs: Record<string, Float32Array>) => {
    await using executable = await engine.compile(program(outputs));
    return await executable.run(inputs);
  };

  describe(`${name} gives what the reference implementation gives`, () => {
    test.each([
      ['golden32', base, undefined],
      ['golden32-tuned', transfer, undefined],
      ['golden64-cond', conditional, 2],
    ])('pictures of %s', async (model, checkpoint, classIndex) => {
      const renderer = await createRenderer(checkpoint, engine);
      for (const seed of [0, 85]) {
        const want = (key: string) => expected.get(`${model}.seed${seed}.${key}`)!;
        const ws = await renderer.styles(seed, { psi: 0.7, classIndex });
        expect(maxDifference(await renderer.w(seed, classIndex), want('w'))).toBeLessThan(1e-5);
        const image = await renderer.image(ws, renderer.noise('const'));
        expect(maxDifference(image, want('image_psi07'))).toBeLessThan(1e-4);
        const bare = await renderer.image(ws, renderer.noise('none'));
        expect(maxDifference(bare, want('image_psi07_no_noise'))).toBeLessThan(1e-4);
      }
      await renderer.dispose();
    });

    test.each([4, 8, 16])('a picture of the blend with swap %i', async (swap) => {
      const blend = blendCheckpoints(base, transfer, { swap });
      const renderer = await createRenderer(blend, engine);
      const ws = await renderer.styles(85, { psi: 0.7 });
      const image = await renderer.image(ws, renderer.noise('const'));
      expect(maxDifference(image, expected.get(`blend.swap${swap}.seed85.image_psi07`)!)).toBeLessThan(1e-4);
      await renderer.dispose();
    });

    test('gradients to ws and to every noise buffer', async () => {
      const ws = input('ws', [1, 8, 32]);
      const noise = noiseInputsOf(noiseLayers(weights));
      const target = constant(expected.get('golden32.seed0.image_psi07')!, [1, 3, 32, 32]);
      const loss = pixelLoss.distance(synthesis(weights, ws, noise), target);
      const [toWs, ...toNoise] = gradients(loss, [ws, ...noise.values()]);
      const named = Object.fromEntries([...noise.keys()].map((layer, k) => [layer, toNoise[k]!]));
      const wAvg = weights.values('mapping.w_avg');
      const rows = Float32Array.from({ length: 8 * 32 }, (_, i) => wAvg[i % 32]!);
      const results = await evaluate({ loss, toWs: toWs!, ...named }, { ws: rows, ...noiseFeeds });
      expect(relativeDifference(results['loss']!, expected.get('gradient.loss')!)).toBeLessThan(1e-4);
      expect(relativeDifference(results['toWs']!, expected.get('gradient.ws')!)).toBeLessThan(1e-3);
      for (const layer of noise.keys()) {
        const want = expected.get(`gradient.noise.${layer}.noise_const`)!;
        expect(relativeDifference(results[layer]!, want)).toBeLessThan(1e-3);
      }
    });

    test('the noise regulariser and its gradient', async () => {
      const noise = noiseInputsOf(noiseLayers(weights));
      const loss = noiseRegulariser([...noise.values()]);
      const toNoise = gradients(loss, [...noise.values()]);
      const named = Object.fromEntries([...noise.keys()].map((layer, k) => [layer, toNoise[k]!]));
      const results = await evaluate({ loss, ...named }, noiseFeeds);
      expect(relativeDifference(results['loss']!, expected.get('noise_regulariser.loss')!)).toBeLessThan(
        1e-4,
      );
      for (const layer of noise.keys()) {
        const want = expected.get(`noise_regulariser.grad.${layer}.noise_const`)!;
        expect(relativeDifference(results[layer]!, want)).toBeLessThan(1e-3);
      }
    });

    test(`the first ${STEPS} steps of a projection`, async () => {
      const projector = await createProjector(base, engine, { loss: pixelLoss, noiseWeight: 0.1 });
      const { wAvg, wStd } = projector.statistics;
      expect(relativeDifference(wAvg, projection.get('statistics.w_avg')!)).toBeLessThan(1e-4);
      expect(relativeDifference([wStd], projection.get('statistics.w_std')!)).toBeLessThan(1e-4);
      const [losses, tried]: [number[], Float32Array[]] = [[], []];
      const controller = new AbortController();
      // The ramps go by the share of all steps, so the reference's 60 are asked for and the later ones not made.
      const run = projector.project(projection.get('target')!, {
        profile: 'reference',
        steps: 60,
        ramps: { ...REFERENCE_RAMPS, wNoise: 0 },
        initialNoise: noiseConst,
        signal: controller.signal,
        onStep: ({ step, loss, w }) => {
          losses.push(loss);
          tried.push(w.slice());
          if (step === STEPS) controller.abort();
        },
      });
      await expect(run).rejects.toMatchObject({ code: 'ABORTED' });
      for (let step = 0; step < STEPS; step++) {
        expect(Math.abs(losses[step]! / projection.get('loss')![step]! - 1)).toBeLessThan(0.01);
        // The golden w is the one after a step's update, so the one that the next step tries.
        const updated = projection.get('w')!.subarray(step * 32, (step + 1) * 32);
        expect(relativeDifference(tried[step + 1]!, updated)).toBeLessThan(0.01);
      }
      await projector.dispose();
    });
  });
}
