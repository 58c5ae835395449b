import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openEngine } from '../../src/engine/index.js';
import { loadGenerator } from '../../src/generator/load-generator.js';
import { noiseFeeds } from '../../src/generator/noise-layers.js';
import { synthesisProgram } from '../../src/generator/programs.js';
import { halfFrom } from '../../src/generator/stylegan2/half-precision.js';
import { halvesOf, program } from '../../src/graph/index.js';
import { createRenderer, rendererOf } from '../../src/render/renderer.js';
import { maxDifference } from '../support/golden.js';
import { randomGenerator } from '../support/random-generator.js';

const engine = await openEngine({ device: 'cpu', threads: 1 });

const LARGEST_HALF = 65504;

test('the three highest resolutions, never 4 px', () => {
  expect([8, 32, 64, 256, 1024].map(halfFrom)).toEqual([8, 8, 16, 64, 256]);
});

test('what is in halves fits into halves, however large weights, styles and maps are; so does the picture', async () => {
  const size = fc.double({ min: -3, max: 3, noNaN: true }).map((exponent) => 10 ** exponent);
  await fc.assert(
    fc.asyncProperty(size, size, size, fc.nat(100), async (ofKernels, ofStyles, ofBiases, seed) => {
      const checkpoint = resized(randomGenerator({ seed, channels: 16 }), [
        [/conv\d\.weight$/, ofKernels],
        [/conv\d\.affine\./, ofStyles],
        [/conv\d\.bias$|noise_strength$/, ofBiases],
      ]);
      const inSingles = await createRenderer(checkpoint, engine);
      const [ws, noise] = [await inSingles.styles(seed), inSingles.noise('const')];

      const network = await loadGenerator(checkpoint, { half: true });
      const whole = synthesisProgram(network);
      const halves = [...halvesOf(whole)].map((node, k) => [`half${k}`, node] as const);
      expect(halves.length).toBeGreaterThan(20);
      const executable = await engine.compile(program(Object.fromEntries(halves)));
      const values = await executable.run({ ws, ...noiseFeeds(noise) });
      for (const [name, node] of halves) {
        const largest = values[name]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        // Only colours have no bound of their own; biases as large as here make large ones.
        if (node.shape[1] !== 3) expect(largest).toBeLessThanOrEqual(LARGEST_HALF);
      }
      await executable.dispose();

      // The same function, where nothing reaches the bound.
      if (ofBiases < 10) {
        const own = await inSingles.image(ws, noise);
        const range = own.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
        const renderer = await rendererOf(network, engine);
        expect(maxDifference(await renderer.image(ws, noise), own) / range).toBeLessThan(1e-4);
        await renderer.dispose();
      }
      await inSingles.dispose();
    }),
    { numRuns: 6 },
  );
});

/** The generator with tensors whose names match multiplied by factors. */
function resized(checkpoint: Checkpoint, factors: readonly (readonly [RegExp, number])[]): Checkpoint {
  return {
    ...checkpoint,
    async read(name) {
      const factor = factors.find(([pattern]) => pattern.test(name))?.[1] ?? 1;
      return (await checkpoint.read(name)).map((value) => value * factor);
    },
  };
}
