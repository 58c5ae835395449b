import type { Architecture } from '../../src/checkpoint/architecture/architecture.js';
import { expectedTensors } from '../../src/checkpoint/architecture/expected-tensors.js';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { memoryCheckpoint, type TensorValues } from '../../src/checkpoint/memory.js';
import { elementCount } from '../../src/numbers/shape.js';

export interface RandomGeneratorOptions {
  /** Side of the picture; default 16. */
  resolution?: number;
  zDim?: number;
  wDim?: number;
  mappingLayers?: number;
  /** Output channels of each block, or one number for all of them; default 8. */
  channels?: ReadonlyMap<number, number> | ((resolution: number) => number) | number;
  classes?: number;
  convClamp?: number | null;
  variant?: Architecture['variant'];
  seed?: number;
}

/** The architecture that {@link randomGenerator} fills with weights. */
export function randomArchitecture(options: RandomGeneratorOptions = {}): Architecture {
  const { resolution = 16, zDim = 8, wDim = 8, mappingLayers = 2, channels = 8, classes = 0 } = options;
  const table = new Map<number, number>();
  for (let r = 4; r <= resolution; r *= 2) {
    if (typeof channels === 'number') table.set(r, channels);
    else table.set(r, typeof channels === 'function' ? channels(r) : (channels.get(r) ?? 8));
  }
  return {
    family: 'stylegan2',
    variant: options.variant ?? 'skip',
    resolution,
    zDim,
    wDim,
    classes,
    mappingLayers,
    mappingLrMultiplier: 0.01,
    channels: table,
    convClamp: options.convClamp ?? null,
  };
}

/**
 * A generator with plausible random weights, initialised the way stylegan2-ada-pytorch initialises one: weights
 * N(0, 1), affine biases 1, the usual filter; noise strengths 0.1 so that noise shows. Equal seeds give equal
 * generators.
 */
export function randomGenerator(options: RandomGeneratorOptions = {}): Checkpoint {
  const architecture = randomArchitecture(options);
  const normal = gaussian(options.seed ?? 0);
  const tensors = new Map<string, TensorValues>();
  for (const [name, shape] of expectedTensors(architecture)) {
    tensors.set(name, { shape, values: initialValues(name, elementCount(shape), normal) });
  }
  return memoryCheckpoint({ architecture, tensors, path: `random generator ${options.seed ?? 0}` });
}

function initialValues(name: string, length: number, normal: () => number): Float32Array {
  if (name.endsWith('resample_filter')) return firFilter();
  const values = new Float32Array(length);
  if (name.endsWith('noise_strength')) return values.fill(0.1);
  if (name.endsWith('affine.bias')) return values.fill(1);
  // The learning-rate multiplier divides the mapping weights when a network is made; it multiplies when it runs.
  const scale = /^mapping\.fc\d+\.weight$/.test(name) ? 100 : name.endsWith('.bias') ? 0.1 : 1;
  for (let i = 0; i < length; i++) values[i] = normal() * scale;
  return values;
}

/** [1,3,3,1] times its transpose, with sum 1: [4,4]. */
function firFilter(): Float32Array {
  const taps = [1, 3, 3, 1];
  return Float32Array.from(taps.flatMap((a) => taps.map((b) => (a * b) / 64)));
}

/** Normally distributed numbers from a seed: mulberry32 and Box-Muller. */
export function gaussian(seed: number): () => number {
  const uniform = mulberry32(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Uniform numbers in [0, 1) from a seed. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
