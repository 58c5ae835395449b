import type { GeneratorNetwork, NoiseLayer } from '../generator/generator.js';
import type { NoiseMaps } from '../generator/noise-layers.js';
import { RandomState } from '../generator/random-state.js';

/** `const`: the checkpoint's own buffers; `random`: drawn anew from a seed; `none`: no noise. */
export const NOISE_MODES = ['const', 'random', 'none'] as const;
export type NoiseMode = (typeof NOISE_MODES)[number];

/** The noise of a mode. For `random`, unit normals for every layer in order, all of one RandomState(seed). */
export function noiseOf(mode: NoiseMode, network: GeneratorNetwork, seed: number): NoiseMaps {
  const random = new RandomState(seed);
  const mapOf = (layer: NoiseLayer) => {
    const pixels = layer.resolution ** 2;
    if (mode === 'random') return Float32Array.from(random.randn(pixels));
    return mode === 'none' ? new Float32Array(pixels) : network.noise(layer);
  };
  return new Map(network.noiseLayers.map((layer) => [layer.layer, mapOf(layer)]));
}
