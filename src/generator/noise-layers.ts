import { type RenderedArchitecture, resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { input, type Tensor } from '../graph/index.js';
import type { GeneratorNetwork, NoiseLayer } from './generator.js';
import { shownResolution } from './older/growing.js';

/** Values of noise maps by layer, each [r, r]. */
export type NoiseMaps = ReadonlyMap<string, Float32Array>;

/** Every noisy layer that the picture depends on, in order of computation. PGGAN has none. */
export function noiseLayersOf(architecture: RenderedArchitecture): NoiseLayer[] {
  switch (architecture.family) {
    case 'stylegan2':
      return resolutionsOf(architecture).flatMap((resolution) =>
        (resolution === 4 ? ['conv1'] : ['conv0', 'conv1']).map((conv) => {
          const layer = `b${resolution}.${conv}`;
          return { layer, buffer: `synthesis.${layer}.noise_const`, resolution };
        }),
      );
    case 'stylegan1':
      return resolutionsOf({ resolution: shownResolution(architecture) }).flatMap((resolution, k) =>
        (resolution === 4 ? ['Const', 'Conv'] : ['Conv0_up', 'Conv1']).map((layer, i) => ({
          layer: `${resolution}x${resolution}/${layer}`,
          buffer: `synthesis/noise${2 * k + i}`,
          resolution,
        })),
      );
    case 'pggan':
      return [];
  }
}

/** A graph input [1, 1, r, r] for the noise of every layer, called `noise.b4.conv1`, … */
export function noiseInputsOf(layers: readonly NoiseLayer[]): Map<string, Tensor> {
  return new Map(
    layers.map(({ layer, resolution }) => [layer, input(`noise.${layer}`, [1, 1, resolution, resolution])]),
  );
}

/** Values for {@link noiseInputsOf}, by the inputs' names. */
export function noiseFeeds(noise: NoiseMaps): Record<string, Float32Array> {
  return Object.fromEntries([...noise].map(([layer, map]) => [`noise.${layer}`, map]));
}

/** The fixed noise that the checkpoint of a network holds. */
export function ownNoise(network: Pick<GeneratorNetwork, 'noiseLayers' | 'noise'>): NoiseMaps {
  return new Map(network.noiseLayers.map((layer) => [layer.layer, network.noise(layer)]));
}
