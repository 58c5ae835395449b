import { memoryCheckpoint, olderTensors } from 'stylegan-blend/checkpoint';

/** A StyleGAN of the published size (channels min(16384 / r, 512)) with random weights. */
export function randomStyleGan1(resolution, random = Math.random) {
  const channels = new Map();
  for (let r = 4; r <= resolution; r *= 2) channels.set(r, Math.min(16384 / r, 512));
  const architecture = {
    family: 'stylegan1',
    resolution,
    zDim: 512,
    wDim: 512,
    classes: 0,
    mappingLayers: 8,
    channels,
    fusedFrom: 128,
  };
  const tensors = new Map();
  for (const [name, shape] of olderTensors(architecture, 512)) {
    const count = shape.reduce((product, extent) => product * extent, 1);
    const size = name.startsWith('mapping/Dense') ? 100 : 1;
    // Uniform numbers of deviation 1.
    const values = Float32Array.from({ length: count }, () => (random() - 0.5) * Math.sqrt(12) * size);
    tensors.set(name, { shape, values });
  }
  return memoryCheckpoint({ architecture, tensors });
}
