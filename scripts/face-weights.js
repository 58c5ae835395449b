/**
 * Makes fixtures/faces/*.safetensors of the weights in the npm package @vladmandic/face-api (1.7.15): node
 * scripts/face-weights.js
 *
 * Its files hold 8-bit integers v, each tensor with a scale and a minimum: a weight is v * scale + min. They stay as
 * they are; scales and minima go into the metadata. Only names become ours, and axes those of the graph: kernels [O,
 * I, kh, kw], those of one channel each [C, 1, kh, kw].
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeMixed } from './mixed-safetensors.js';

const require = createRequire(import.meta.url);
const source = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');

/** What each tensor of the detector is called here; the others are constants of TensorFlow's graph. */
const detectorNames = [
  [/^MobilenetV1\/Conv2d_0_pointwise\/(.+)$/, (_, part) => `first.${part}`],
  [
    /^MobilenetV1\/Conv2d_(\d+)_(depthwise|pointwise)\/(.+)$/,
    (_, k, kind, part) => `block${k}.${kind}.${part}`,
  ],
  [/^Prediction\/Conv2d_(\d)_pointwise\/(.+)$/, (_, k, part) => `extra${k}.${part}`],
  [
    /^Prediction\/BoxPredictor_(\d)\/BoxEncodingPredictor\/(.+)$/,
    (_, k, part) => `predictor${k}.box.${part}`,
  ],
  [/^Prediction\/BoxPredictor_(\d)\/ClassPredictor\/(.+)$/, (_, k, part) => `predictor${k}.class.${part}`],
  [/^Output\/extra_dim$/, () => 'anchors'],
];

/** And of the landmark network. */
const landmarkNames = [
  [
    /^dense(\d)\/conv(\d)\/(depthwise|pointwise)_filter$/,
    (_, b, k, kind) => `block${b}.conv${k}.${kind}.weight`,
  ],
  [/^dense(\d)\/conv(\d)\/filters$/, (_, b, k) => `block${b}.conv${k}.weight`],
  [/^dense(\d)\/conv(\d)\/bias$/, (_, b, k) => `block${b}.conv${k}.bias`],
  [/^fc\/weights$/, () => 'points.weight'],
  [/^fc\/bias$/, () => 'points.bias'],
];

/** Ends of TensorFlow's names. */
const parts = {
  weights: 'weight',
  depthwise_weights: 'weight',
  biases: 'bias',
  convolution_bn_offset: 'bias',
  'BatchNorm/gamma': 'gamma',
  'BatchNorm/beta': 'beta',
  'BatchNorm/moving_mean': 'mean',
  'BatchNorm/moving_variance': 'variance',
};

convert('ssd_mobilenetv1_model', 'detector', detectorNames);
convert('face_landmark_68_model', 'landmarks', landmarkNames);

function convert(model, target, names) {
  const [{ weights }] = JSON.parse(readFileSync(join(source, `${model}-weights_manifest.json`), 'utf8'));
  const bytes = new Uint8Array(readFileSync(join(source, `${model}.bin`)));
  const tensors = {};
  const quantization = {};
  let at = 0;
  for (const { name, shape, dtype, quantization: range } of weights) {
    const count = shape.reduce((a, b) => a * b, 1);
    const length = range === undefined ? 4 * count : count;
    const own = bytes.subarray(at, at + length);
    at += length;
    const found = newName(name, names);
    if (found === undefined) continue;
    if (dtype !== 'float32' || (range !== undefined && range.dtype !== 'uint8'))
      throw new Error(`${name}: ${dtype}`);
    const values = range === undefined ? new Float32Array(own.slice().buffer) : own;
    tensors[found] = inOurOrder(found, shape, values);
    if (range !== undefined) quantization[found] = [range.scale, range.min];
  }
  if (at !== bytes.length) throw new Error(`${model}: ${bytes.length} bytes, ${at} of them in the manifest`);
  const path = fileURLToPath(new URL(`../fixtures/faces/${target}.safetensors`, import.meta.url));
  writeMixed(path, tensors, {
    source: '@vladmandic/face-api 1.7.15, see README.md',
    quantization: JSON.stringify(quantization),
  });
}

function newName(name, names) {
  for (const [pattern, rename] of names) {
    const found = pattern.exec(name);
    if (found === null) continue;
    const [, stem, end] = /^(.*?\.?)([^.]+)$/.exec(rename(...found));
    return `${stem}${parts[end] ?? end}`;
  }
  return undefined;
}

/** TensorFlow's kernels are [kh, kw, I, O]; those of one channel each [kh, kw, C, 1]. */
function inOurOrder(name, shape, values) {
  if (name === 'anchors') return { shape: shape.slice(1), values };
  if (shape.length !== 4) return { shape, values };
  const [kh, kw, a, b] = shape;
  const isDepthwise = name.includes('.depthwise.');
  const [outputs, inputs] = isDepthwise ? [a, b] : [b, a];
  const turned = new values.constructor(values.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let k = 0; k < kh * kw; k++)
        turned[(o * inputs + i) * kh * kw + k] =
          values[isDepthwise ? (k * outputs + o) * inputs + i : (k * inputs + i) * outputs + o];
  return { shape: [outputs, inputs, kh, kw], values: turned };
}
