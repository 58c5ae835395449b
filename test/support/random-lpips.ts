import { RandomState } from '../../src/generator/random-state.js';
import type { LpipsWeights } from '../../src/metric/lpips/load.js';
import type { LpipsName } from '../../src/metric/lpips/names.js';
import { TRUNKS, tappedChannels, trunkTensors } from '../../src/metric/lpips/trunks.js';
import { elementCount } from '../../src/numbers/shape.js';

const made = new Map<LpipsName, LpipsWeights>();

/**
 * Weights of a metric by the rule in test/metric/lpips/torch_reference.py, where PyTorch has the same. The same
 * arrays at every call.
 */
export function randomLpips(name: LpipsName): LpipsWeights {
  const weights = made.get(name) ?? make(name);
  made.set(name, weights);
  return weights;
}

function make(name: LpipsName): LpipsWeights {
  const trunk = TRUNKS[name];
  const sequence = new RandomState(7).randn(65537);
  const begunAt = (start: number, count: number, value: (normal: number) => number) => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) values[i] = value(sequence[(start + i) % sequence.length]!);
    return values;
  };
  const tensors = [...trunkTensors(trunk)].map(([tensor, shape], k): [string, Float32Array] => {
    const gain = shape.length === 1 ? 0.1 : Math.sqrt(2 / elementCount(shape.slice(1)));
    return [tensor, begunAt(997 * k, elementCount(shape), (normal) => normal * gain)];
  });
  const lins = tappedChannels(trunk).map((channels, k) =>
    begunAt(331 * k, channels, (normal) => Math.abs(normal) / channels),
  );
  return { name, trunk, tensors: new Map(tensors), lins };
}
