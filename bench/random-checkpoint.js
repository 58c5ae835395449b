import { expectedTensors, memoryCheckpoint } from 'stylegan-blend/checkpoint';

/**
 * A generator of config-f size (channels min(32768 / r, 512)) with random weights: as large and as slow as a
 * trained one.
 */
export function randomCheckpoint(resolution, seed = 1) {
  const channels = new Map();
  for (let r = 4; r <= resolution; r *= 2) channels.set(r, Math.min(32768 / r, 512));
  const architecture = {
    family: 'stylegan2',
    variant: 'skip',
    resolution,
    zDim: 512,
    wDim: 512,
    classes: 0,
    mappingLayers: 8,
    mappingLrMultiplier: 0.01,
    channels,
    convClamp: null,
  };
  const random = generator(seed);
  const tensors = new Map();
  for (const [name, shape] of expectedTensors(architecture)) {
    tensors.set(name, { shape, values: valuesOf(name, shape, random) });
  }
  return memoryCheckpoint({ architecture, tensors });
}

const LINE = [1, 3, 3, 1];

function valuesOf(name, shape, random) {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (name.endsWith('resample_filter')) {
    return Float32Array.from({ length: 16 }, (_, i) => (LINE[i % 4] * LINE[i >> 2]) / 64);
  }
  if (name.endsWith('noise_strength')) return new Float32Array(count).fill(0.1);
  if (name.endsWith('affine.bias')) return new Float32Array(count).fill(1);
  if (name.endsWith('bias')) return new Float32Array(count);
  // The mapping network's weights are stored a hundred times too large: its learning rate is a hundredth.
  const size = name.startsWith('mapping.fc') ? 100 : 1;
  return Float32Array.from({ length: count }, () => random() * size);
}

/** Roughly normal numbers, quickly. */
export function generator(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return () => (uniform() + uniform() + uniform() + uniform()) * Math.sqrt(3);
}
