import { RandomState } from '../generator/random-state.js';
import { type NoiseLayer, type NoiseMaps, noiseLayers } from '../generator/stylegan2-synthesis.js';
import type { Weights } from '../generator/weights.js';

/** `const`: the checkpoint's own buffers; `random`: drawn anew from a seed; `none`: no noise. */
export const NOISE_MODES = ['const', 'random', 'none'] as const;
export type NoiseMode = (typeof NOISE_MODES)[number];

/** The noise of a mode. For `random`, unit normals for every layer in order, all of one RandomState(seed). */
export function noiseOf(mode: NoiseMode, weights: Weights, seed: number): NoiseMaps {
  const random = new RandomState(seed);
  const mapOf = ({ layer, resolution }: NoiseLayer) => {
    if (mode === 'random') return Float32Array.from(random.randn(resolution ** 2));
    if (mode === 'none') return new Float32Array(resolution ** 2);
    return weights.values(`synthesis.${layer}.noise_const`);
  };
  return new Map(noiseLayers(weights).map((layer) => [layer.layer, mapOf(layer)]));
}
