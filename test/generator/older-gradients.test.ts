import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { openEngine } from '../../src/engine/index.js';
import { loadGenerator } from '../../src/generator/load-generator.js';
import { noiseInputsOf } from '../../src/generator/noise-layers.js';
import { RandomState } from '../../src/generator/random-state.js';
import { gradients, input, program } from '../../src/graph/index.js';
import { pyramidLoss } from '../../src/metric/loss.js';
import { fixture } from '../support/golden.js';

const engine = await openEngine({ device: 'cpu', threads: 2 });

test.each(['stylegan1', 'pggan'])(
  'gradients of golden32-%s to latents and noise agree with finite differences',
  async (name) => {
    const checkpoint = await openCheckpoint(fixture(`golden/golden32-${name}.pkl`));
    const { space, noiseLayers, ...network } = await loadGenerator(checkpoint);
    const latents = input('latents', [1, space.rows, space.dim]);
    const noise = noiseInputsOf(noiseLayers);
    const target = input('target', [1, 3, 32, 32]);
    const loss = pyramidLoss.distance(network.synthesis(latents, noise), target);
    const names = ['latents', ...[...noise.keys()].map((layer) => `noise.${layer}`)];
    const parts = gradients(loss, [latents, ...noise.values()]);
    const executable = await engine.compile(
      program({ loss, ...Object.fromEntries(parts.map((part, k) => [`gradient.${names[k]}`, part])) }),
    );
    const random = new RandomState(7);
    const normals = (count: number) => Float32Array.from(random.randn(count));
    const at: Record<string, Float32Array> = {
      latents: normals(space.rows * space.dim),
      target: normals(3 * 32 * 32),
    };
    for (const layer of noiseLayers) at[`noise.${layer.layer}`] = network.noise(layer);
    const results = await executable.run(at);

    for (const name of names) {
      // Along the gradient itself, where the difference is largest beside the rounding.
      const gradient = results[`gradient.${name}`]!;
      const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
      const valueAt = async (step: number) => {
        const moved = at[name]!.map((value, i) => value + (step * gradient[i]!) / size);
        return (await executable.run({ ...at, [name]: moved }))['loss']![0]!;
      };
      const step = Math.min(0.02, 0.02 / size);
      const difference = ((await valueAt(step)) - (await valueAt(-step))) / (2 * step);
      expect(Math.abs(difference / size - 1)).toBeLessThan(0.05);
    }
    await executable.dispose();
    await checkpoint.close();
  },
);
