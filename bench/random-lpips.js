import { TRUNKS, tappedChannels, trunkTensors } from 'stylegan-blend/project';
import { generator } from './random-checkpoint.js';

/** LPIPS with random weights: as slow as with the published ones. */
export function randomLpips(name, seed = 1) {
  const random = generator(seed);
  const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1);
  const trunk = TRUNKS[name];
  const tensors = [...trunkTensors(trunk)].map(([tensor, shape]) => {
    const gain = shape.length === 1 ? 0 : Math.sqrt(2 / sizeOf(shape.slice(1)));
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = random() * gain;
    return [tensor, values];
  });
  const lins = tappedChannels(trunk).map((channels) => new Float32Array(channels).fill(1 / channels));
  return { name, trunk, tensors: new Map(tensors), lins };
}
