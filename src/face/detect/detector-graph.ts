import {
  concat,
  input,
  type Program,
  program,
  relu6,
  reshape,
  slice,
  type Tensor,
  transpose,
} from '../../graph/index.js';
import { biased, convolution } from './layers.js';
import type { DetectorWeights, Weight } from './weights.js';

/** Side of what the detector sees, in pixels. */
export const DETECTOR_SIDE = 512;

/** What is added to variances; a float32 in TensorFlow's graph. */
const EPSILON = 0.0010000000474974513;

/** Blocks of the MobileNet whose result has half as many rows and columns. */
const HALVING = [2, 4, 6, 12];
const BLOCKS = 13;

/** The block that the smallest faces are read from, before the last ones. */
const FINE = 11;

/** Layers beyond the MobileNet; every second one halves, and is read from. */
const EXTRA = 8;

/**
 * The detector: a single-shot detector (Liu et al. 2016) on a MobileNet v1 (Howard et al. 2017).
 *
 * picture [1, 3, 512, 512], -1..1 -> for each of 5118 places `score` [1, 5118, 1], the logit of a face there, and
 * `box` [1, 5118, 4], how it differs from the place's anchor.
 */
export function detectorProgram(weights: DetectorWeights): Program {
  let x = pointwise(input('picture', [1, 3, DETECTOR_SIDE, DETECTOR_SIDE]), weights, 'first', 2);
  const read: Tensor[] = [];
  for (let k = 1; k <= BLOCKS; k++) {
    const kernel = normalised(weights, `block${k}.depthwise`);
    const each = convolution(x, kernel.weight, HALVING.includes(k) ? 2 : 1);
    x = pointwise(relu6(biased(each, kernel.bias)), weights, `block${k}.pointwise`);
    if (k === FINE || k === BLOCKS) read.push(x);
  }
  for (let k = 0; k < EXTRA; k++) {
    x = pointwise(x, weights, `extra${k}`, k % 2 === 1 ? 2 : 1);
    if (k % 2 === 1) read.push(x);
  }
  const predicted = (kind: string, each: number) =>
    concat(
      read.map((map, k) => perPlace(predictor(map, weights, `predictor${k}.${kind}`), each)),
      1,
    );
  // Of the classes the second one is faces; before it comes the background.
  return program({ box: predicted('box', 4), score: slice(predicted('class', 3), 2, 1, 2) });
}

function pointwise(x: Tensor, weights: DetectorWeights, name: string, stride = 1): Tensor {
  return relu6(biased(convolution(x, weights(`${name}.weight`), stride), weights(`${name}.bias`)));
}

function predictor(x: Tensor, weights: DetectorWeights, name: string): Tensor {
  return biased(convolution(x, weights(`${name}.weight`)), weights(`${name}.bias`));
}

/** A kernel and the batch normalisation after it, with the statistics of training, as one kernel with a bias. */
function normalised(weights: DetectorWeights, name: string): { weight: Weight; bias: Weight } {
  const { values, shape } = weights(`${name}.weight`);
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map(
    (part) => weights(`${name}.${part}`).values,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const scales = Float64Array.from(gamma, (value, c) => value / Math.sqrt(variance[c]! + EPSILON));
  const area = values.length / shape[0]!;
  return {
    weight: { shape, values: values.map((value, i) => value * scales[Math.floor(i / area)]!) },
    bias: { shape: [shape[0]!], values: beta.map((value, c) => value - mean[c]! * scales[c]!) },
  };
}

/** [1, anchors · each, H, W] -> [1, H · W · anchors, each]: pixel by pixel, as the anchors are listed. */
function perPlace(x: Tensor, each: number): Tensor {
  const [, channels, h, w] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 3, 1]), [1, (h * w * channels) / each, each]);
}
