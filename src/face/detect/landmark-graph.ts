import {
  add,
  constant,
  input,
  leakyRelu,
  matmul,
  mean,
  type Program,
  program,
  reshape,
  type Tensor,
} from '../../graph/index.js';
import { LANDMARK_COUNT } from '../landmarks.js';
import { biased, convolution } from './layers.js';
import type { DetectorWeights } from './weights.js';

/** Side of what the landmark network sees, in pixels. */
export const SIDE = 112;

const BLOCKS = 4;

/** Convolutions of a block. */
const LAYERS = 4;

/**
 * The landmark network: four blocks, in each of which every layer sees the sum of all before it, of convolutions of
 * each channel by itself and then of each pixel.
 *
 * square [1, 3, 112, 112], a level minus the mean level of its colour over 255 -> `points` [1, 136]: x and y of each,
 * as shares of the side
 */
export function landmarkProgram(weights: DetectorWeights): Program {
  let x: Tensor = input('square', [1, 3, SIDE, SIDE]);
  for (let k = 0; k < BLOCKS; k++) x = block(x, weights, `block${k}`);
  const features = reshape(mean(x, [2, 3]), [1, x.shape[1]!]);
  const [matrix, bias] = [weights('points.weight'), weights('points.bias')];
  const products = matmul(features, constant(matrix.values, matrix.shape));
  return program({ points: add(products, constant(bias.values, [1, 2 * LANDMARK_COUNT])) });
}

function block(x: Tensor, weights: DetectorWeights, name: string): Tensor {
  let sum = relu(layer(x, weights, `${name}.conv0`, 2));
  let seen = sum;
  for (let k = 1; k < LAYERS; k++) {
    sum = add(sum, layer(seen, weights, `${name}.conv${k}`));
    seen = relu(sum);
  }
  return seen;
}

function layer(x: Tensor, weights: DetectorWeights, name: string, stride = 1): Tensor {
  // Of three colours the first layer makes all its channels at once.
  const result =
    x.shape[1] === 3
      ? convolution(x, weights(`${name}.weight`), stride)
      : convolution(
          convolution(x, weights(`${name}.depthwise.weight`), stride),
          weights(`${name}.pointwise.weight`),
        );
  return biased(result, weights(`${name}.bias`));
}

function relu(x: Tensor): Tensor {
  return leakyRelu(x, 0);
}
