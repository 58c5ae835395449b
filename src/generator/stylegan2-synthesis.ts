import {
  add,
  addPlane,
  clamp,
  constant,
  conv2d,
  convTranspose2d,
  leakyRelu,
  matmul,
  mul,
  reshape,
  rsqrt,
  scalar,
  scale,
  slice,
  square,
  type Tensor,
} from '../graph/index.js';
import { type BlockState, blocksOf, throughBlocks } from './blocks.js';
import { type NoiseLayer, noiseLayersOf } from './noise-layers.js';
import { dense } from './stylegan2-mapping.js';
import type { Weights } from './weights.js';

/** Every noisy layer in order of computation. */
export function noiseLayers(weights: Pick<Weights, 'architecture'>): NoiseLayer[] {
  return noiseLayersOf(weights.architecture);
}

/**
 * The synthesis network with skip architecture (StyleGAN2 section 4; stylegan2-ada-pytorch `SynthesisNetwork`).
 * Modulation scales the input and demodulation the output of a convolution, so kernels stay constants.
 * @param ws [N, rows, w_dim], one row for each layer
 * @param noise layer -> [N or 1, 1, r, r]; layers that are not in it get no noise
 * @returns picture [N, 3, resolution, resolution], about -1..1
 */
export function synthesis(weights: Weights, ws: Tensor, noise: ReadonlyMap<string, Tensor>): Tensor {
  const block = (r: number, before: BlockState | undefined) => synthesisBlock(weights, r, before, ws, noise);
  return throughBlocks(blocksOf(weights.architecture), block);
}

/** The convolutions of one resolution, and the picture with what they add to it. */
export function synthesisBlock(
  weights: Weights,
  r: number,
  before: BlockState | undefined,
  ws: Tensor,
  noise: ReadonlyMap<string, Tensor>,
): BlockState {
  const { channels, wDim } = weights.architecture;
  const batch = ws.shape[0]!;
  const row = (index: number) => reshape(slice(ws, 1, index, index + 1), [batch, wDim]);
  const k = Math.log2(r / 4);

  let x: Features = before ?? {
    values: constant(weights.values('synthesis.b4.const'), [1, channels.get(4)!, 4, 4]),
  };
  // The row of a block's toRGB is also the row of the next block's conv0.
  if (before !== undefined) x = styledConvolution(weights, `b${r}.conv0`, x, row(2 * k - 1), noise, true);
  x = styledConvolution(weights, `b${r}.conv1`, x, row(2 * k), noise, false);
  const contribution = toRgb(weights, `b${r}.torgb`, x, row(2 * k + 1));
  const picture = before === undefined ? contribution : add(upsample(before.picture!), contribution);
  return { ...x, picture, contribution };
}

/**
 * Activations between layers. A leaky ReLU lets positive factors pass, so a layer's demodulation need not be
 * multiplied into its large maps: it joins the next layer's style.
 */
type Features = Pick<BlockState, 'values' | 'gain'>;

/** Modulated 3x3 convolution (doubling with `up`), noise, bias, leaky ReLU with gain sqrt(2), clamp. */
function styledConvolution(
  weights: Weights,
  layer: string,
  x: Features,
  w: Tensor,
  noise: ReadonlyMap<string, Tensor>,
  up: boolean,
): Features {
  const name = `synthesis.${layer}`;
  const kernelValues = weights.values(`${name}.weight`);
  const bias = weights.values(`${name}.bias`);
  const [outputs, inputs] = [bias.length, x.values.shape[1]!];
  const kernel = constant(kernelValues, [outputs, inputs, 3, 3]);

  const style = dense(weights, `${name}.affine`, w, 1);
  // 1 / d_o² = sum over i and pixels k of (W_oik · s_i)²: the kernel's part of the sum is a constant.
  const energy = constant(squaredNorms(kernelValues, outputs * inputs), [outputs, inputs]);
  const norm = add(matmul(square(style), energy, false, true), scalar(1e-8));
  const demodulation = rsqrt(norm);
  const gain = scale(demodulation, Math.SQRT2);

  const modulated = mul(x.values, perChannel(withGain(style, x)));
  const convolved = up
    ? upConvolution(modulated, kernel)
    : conv2d(modulated, kernel, { padding: [1, 1, 1, 1] });
  const strength = weights.has(`${name}.noise_strength`) ? weights.values(`${name}.noise_strength`)[0]! : 0;
  // noise · strength + bias, added before a gain that is applied later: both over the demodulation.
  const inverse = mul(norm, demodulation);
  const offset = mul(constant(bias, [1, outputs]), inverse);
  const map = strength === 0 ? undefined : noise.get(layer);
  const shifted =
    map === undefined
      ? add(convolved, perChannel(offset))
      : addPlane(convolved, map, scale(inverse, strength), offset);
  const values = leakyRelu(shifted, 0.2);
  const { convClamp } = weights.architecture;
  return convClamp === null ? { values, gain } : { values: clamp(mul(values, perChannel(gain)), convClamp) };
}

/** style [N, C] times the gain that the activations still lack. */
function withGain(style: Tensor, x: Features): Tensor {
  return x.gain === undefined ? style : mul(style, x.gain);
}

/**
 * Modulated 1x1 convolution to colours, without demodulation, noise or activation. The kernel has only three
 * rows, so here it is the kernel that takes the style.
 */
function toRgb(weights: Weights, layer: string, x: Features, w: Tensor): Tensor {
  const name = `synthesis.${layer}`;
  const [batch, inputs, height, width] = x.values.shape as [number, number, number, number];
  const style = withGain(dense(weights, `${name}.affine`, w, 1, 1 / Math.sqrt(inputs)), x);
  const kernel = constant(weights.values(`${name}.weight`), [1, 3, inputs]);
  const pixels = reshape(x.values, [batch, inputs, height * width]);
  const colours = matmul(mul(kernel, reshape(style, [batch, 1, inputs])), pixels);
  const y = add(
    reshape(colours, [batch, 3, height, width]),
    constant(weights.values(`${name}.bias`), [1, 3, 1, 1]),
  );
  const { convClamp } = weights.architecture;
  return convClamp === null ? y : clamp(y, convClamp);
}

/** Transposed convolution with stride 2, then the [1, 3, 3, 1] low-pass with gain 4: [N, I, r, r] -> [N, O, 2r, 2r]. */
function upConvolution(x: Tensor, kernel: Tensor): Tensor {
  const [outputs, inputs] = kernel.shape as [number, number];
  const swapped = constant(
    exchangeChannels((kernel as Tensor & { kind: 'constant' }).attributes.values, outputs, inputs),
    [inputs, outputs, 3, 3],
  );
  const doubled = convTranspose2d(x, swapped, { stride: 2 });
  return lowPass(doubled);
}

function lowPass(x: Tensor): Tensor {
  const channels = x.shape[1]!;
  const taps = new Float32Array(channels * 4).map((_, k) => [0.25, 0.75, 0.75, 0.25][k % 4]!);
  const across = conv2d(x, constant(taps, [channels, 1, 1, 4]), { padding: [0, 1, 0, 1], groups: channels });
  return conv2d(across, constant(taps, [channels, 1, 4, 1]), { padding: [1, 0, 1, 0], groups: channels });
}

/** Doubles the picture with the [1, 3, 3, 1] filter. */
function upsample(image: Tensor): Tensor {
  const channels = image.shape[1]!;
  const line = [0.25, 0.75, 0.75, 0.25];
  const taps = new Float32Array(channels * 16).map((_, k) => line[k % 4]! * line[Math.floor(k / 4) % 4]!);
  const kernel = constant(taps, [channels, 1, 4, 4]);
  return convTranspose2d(image, kernel, { stride: 2, padding: [1, 1, 1, 1], groups: channels });
}

function perChannel(x: Tensor): Tensor {
  return reshape(x, [x.shape[0]!, x.shape[1]!, 1, 1]);
}

/** Σ over the kernel's pixels of W², one value for each pair of channels. */
function squaredNorms(kernel: Float32Array, pairs: number): Float32Array {
  const area = kernel.length / pairs;
  const norms = new Float32Array(pairs);
  for (let pair = 0; pair < pairs; pair++) {
    let total = 0;
    for (let k = pair * area; k < (pair + 1) * area; k++) total += kernel[k]! * kernel[k]!;
    norms[pair] = total;
  }
  return norms;
}

/** [O, I, 3, 3] -> [I, O, 3, 3]. */
function exchangeChannels(kernel: Float32Array, outputs: number, inputs: number): Float32Array {
  const exchanged = new Float32Array(kernel.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const source = (o * inputs + i) * 9;
      exchanged.set(kernel.subarray(source, source + 9), (i * outputs + o) * 9);
    }
  }
  return exchanged;
}
