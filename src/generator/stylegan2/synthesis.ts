import {
  add,
  addPlane,
  clamp,
  leakyRelu,
  matmul,
  mul,
  reshape,
  rsqrt,
  scale,
  single,
  slice,
  type Tensor,
} from '../../graph/index.js';
import { blocksOf, type Features, throughBlocks } from '../blocks.js';
import type { BlockState, NoiseLayer } from '../generator.js';
import { noiseLayersOf } from '../noise-layers.js';
import { type Weights, weight } from '../weights.js';
import { convolution, perChannel, type StyledLayer, squaredNorm, styleOf, upsample } from './convolutions.js';
import { isHalf } from './half-precision.js';
import { noiseStrength, styledConvolutionInHalves } from './layer-in-halves.js';
import { dense } from './mapping.js';

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
    values: weight(weights, 'synthesis.b4.const', [1, channels.get(4)!, 4, 4]),
  };
  // The row of a block's toRGB is also the row of the next block's conv0.
  const layer = isHalf(weights, r) ? styledConvolutionInHalves : styledConvolution;
  if (before !== undefined)
    x = layer({ weights, layer: `b${r}.conv0`, x, w: row(2 * k - 1), noise, up: true });
  x = layer({ weights, layer: `b${r}.conv1`, x, w: row(2 * k), noise, up: false });
  const contribution = toRgb(weights, `b${r}.torgb`, x, row(2 * k + 1));
  const picture = before === undefined ? contribution : add(upsample(before.picture!), contribution);
  return { ...x, picture, contribution };
}

/**
 * Modulated 3x3 convolution (doubling with `up`), noise, bias, leaky ReLU with gain sqrt(2), clamp. A leaky ReLU lets
 * positive factors pass, so a layer's demodulation need not be multiplied into its large maps: it joins the next
 * style.
 */
function styledConvolution(styled: StyledLayer): Features {
  const { weights, layer, x, noise, up } = styled;
  const name = `synthesis.${layer}`;
  const [outputs, inputs] = [weights.values(`${name}.bias`).length, x.values.shape[1]!];
  const kernel = weight(weights, `${name}.weight`, [outputs, inputs, 3, 3]);

  const style = styleOf(styled);
  const norm = squaredNorm(kernel, style);
  const demodulation = rsqrt(norm);
  const gain = scale(demodulation, Math.SQRT2);

  const convolved = convolution(mul(x.values, perChannel(withGain(style, x))), kernel, up);
  const strength = strengthOf(weights, name);
  // noise · strength + bias, added before a gain that is applied later: both over the demodulation.
  const inverse = mul(norm, demodulation);
  const offset = mul(weight(weights, `${name}.bias`, [1, outputs]), inverse);
  const map = strength === undefined ? undefined : noise.get(layer);
  const shifted =
    map === undefined
      ? add(convolved, perChannel(offset))
      : addPlane(convolved, map, mul(inverse, strength!), offset);
  const values = leakyRelu(shifted, 0.2);
  const { convClamp } = weights.architecture;
  return convClamp === null ? { values, gain } : { values: clamp(mul(values, perChannel(gain)), convClamp) };
}

/** How strongly a layer adds its noise map, a number; undefined where that is always 0. */
function strengthOf(weights: Weights, name: string): Tensor | undefined {
  const isNever = weights.variable === undefined && noiseStrength(weights, name) === 0;
  return isNever || !weights.has(`${name}.noise_strength`)
    ? undefined
    : weight(weights, `${name}.noise_strength`, []);
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
  const kernel = weight(weights, `${name}.weight`, [1, 3, inputs]);
  const pixels = reshape(x.values, [batch, inputs, height * width]);
  const colours = matmul(mul(kernel, reshape(style, [batch, 1, inputs])), pixels);
  const y = add(
    reshape(isHalf(weights, height) ? single(colours) : colours, [batch, 3, height, width]),
    weight(weights, `${name}.bias`, [1, 3, 1, 1]),
  );
  const { convClamp } = weights.architecture;
  return convClamp === null ? y : clamp(y, convClamp);
}
