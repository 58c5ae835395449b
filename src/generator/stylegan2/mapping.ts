import {
  add,
  concat,
  leakyRelu,
  matmul,
  mean,
  mul,
  rsqrt,
  scalar,
  scale,
  square,
  type Tensor,
} from '../../graph/index.js';
import { type Weights, weight } from '../weights.js';

/**
 * The mapping network f: Z -> W (StyleGAN2 section 1; stylegan2-ada-pytorch `MappingNetwork`).
 * @param z [N, z_dim], unit normal
 * @param label [N, classes], one-hot; only for conditional generators
 * @returns w [N, w_dim], before truncation
 */
export function mapping(weights: Weights, z: Tensor, label?: Tensor): Tensor {
  const { mappingLayers, mappingLrMultiplier, classes } = weights.architecture;
  let x = normalise(z);
  if (classes > 0 && label !== undefined) {
    x = concat([x, normalise(dense(weights, 'mapping.embed', label, 1))], 1);
  }
  for (let layer = 0; layer < mappingLayers; layer++) {
    // Leaky ReLU with gain sqrt(2).
    x = scale(leakyRelu(dense(weights, `mapping.fc${layer}`, x, mappingLrMultiplier), 0.2), Math.SQRT2);
  }
  return x;
}

/** x / sqrt(mean(x²)) of each row. */
function normalise(x: Tensor): Tensor {
  return mul(x, rsqrt(add(mean(square(x), [1]), scalar(1e-8))));
}

/**
 * Fully connected layer with equalised learning rate: x [N, in] -> [N, out].
 * @param gain times 1 / sqrt(in) for the stored weight; for the bias alone in `lrMultiplier`
 */
export function dense(weights: Weights, name: string, x: Tensor, lrMultiplier: number, gain = 1): Tensor {
  const fanIn = x.shape[1]!;
  const outputs = weights.values(`${name}.bias`).length;
  const w = weight(weights, `${name}.weight`, [outputs, fanIn], (lrMultiplier * gain) / Math.sqrt(fanIn));
  return add(matmul(x, w, false, true), weight(weights, `${name}.bias`, [1, outputs], lrMultiplier * gain));
}
