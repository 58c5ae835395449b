import type { StyleGan1Architecture } from '../../checkpoint/architecture/architecture.js';
import { toRgbName } from '../../checkpoint/architecture/older-tensors.js';
import {
  add,
  concat,
  constant,
  conv2d,
  leakyRelu,
  matmul,
  mean,
  mul,
  reshape,
  rsqrt,
  scalar,
  scale,
  slice,
  square,
  sub,
  type Tensor,
} from '../../graph/index.js';
import { blocksOf, throughBlocks, withGrownPicture } from '../blocks.js';
import type { BlockState, GeneratorNetwork } from '../generator.js';
import { latentSpaceOf } from '../latent-space.js';
import { noiseLayersOf } from '../noise-layers.js';
import type { Tensors } from '../weights.js';
import { convolution, denseLayer, GAIN, pixelNorm, SLOPE, toColours, upConvolution } from './layers.js';

/** The generator of StyleGAN (Karras et al. 2018; `networks_stylegan.py` of its TensorFlow code). */
export function styleGan1(architecture: StyleGan1Architecture, tensors: Tensors): GeneratorNetwork {
  const blocks = blocksOf(architecture);
  const block: GeneratorNetwork['block'] = (r, before, latents, noise) =>
    synthesisBlock(architecture, tensors, r, before, latents, noise);
  return {
    architecture,
    space: latentSpaceOf(architecture),
    average: tensors.has('dlatent_avg') ? tensors.values('dlatent_avg') : undefined,
    noiseLayers: noiseLayersOf(architecture),
    noise: ({ buffer }) => tensors.values(buffer),
    mapping: (z, label) => mapping(architecture, tensors, z, label),
    synthesis: (latents, noise) => throughBlocks(blocks, (r, before) => block(r, before, latents, noise)),
    blocks,
    block,
  };
}

/** `G_mapping`. The label's row of `LabelConcat` follows z before both are normalised together. */
function mapping(architecture: StyleGan1Architecture, tensors: Tensors, z: Tensor, label?: Tensor): Tensor {
  const { classes, zDim, mappingLayers, mappingLrMultiplier = 0.01 } = architecture;
  let x = z;
  if (label !== undefined) {
    const rows = constant(tensors.values('mapping/LabelConcat/weight'), [classes, zDim]);
    x = concat([z, matmul(label, rows)], 1);
  }
  x = pixelNorm(x);
  for (let layer = 0; layer < mappingLayers; layer++) {
    x = leakyRelu(denseLayer(tensors, `mapping/Dense${layer}`, x, GAIN, mappingLrMultiplier), SLOPE);
  }
  return x;
}

/** A block of `G_synthesis`. Each layer has a row of its own; the picture is that of the last resolution's ToRGB. */
function synthesisBlock(
  architecture: StyleGan1Architecture,
  tensors: Tensors,
  r: number,
  before: BlockState | undefined,
  latents: Tensor,
  noise: ReadonlyMap<string, Tensor>,
): BlockState {
  const { channels, wDim, fusedFrom } = architecture;
  const batch = latents.shape[0]!;
  let row = 2 * Math.log2(r / 4);
  const finish = (layer: string, x: Tensor) => {
    const w = reshape(slice(latents, 1, row, row + 1), [batch, wDim]);
    row++;
    const name = `synthesis/${layer}`;
    const raw = leakyRelu(withNoiseAndBias(tensors, name, x, noise.get(layer)), SLOPE);
    return styled(tensors, name, raw, w);
  };

  const block = `${r}x${r}`;
  let x: Tensor;
  if (before === undefined) {
    const start = constant(tensors.values('synthesis/4x4/Const/const'), [1, channels.get(4)!, 4, 4]);
    x = finish('4x4/Const', start);
  } else {
    const fused = fusedFrom !== null && r >= fusedFrom;
    const doubled = upConvolution(tensors, `synthesis/${block}/Conv0_up`, before.values, fused);
    x = finish(`${block}/Conv0_up`, blurred(doubled));
  }
  const layer = `${block}/${r === 4 ? 'Conv' : 'Conv1'}`;
  x = finish(layer, convolution(tensors, `synthesis/${layer}`, x));
  return withGrownPicture(architecture, r, { values: x }, before, (resolution, y) =>
    toColours(tensors, `synthesis/${toRgbName(architecture, resolution)}`, y),
  );
}

/**
 * x [N, C, r, r] + noise map · strength of each channel + bias, in this order: where a channel hardly varies, as
 * after the constant, the normalisation that follows makes the last bits of these sums visible.
 */
function withNoiseAndBias(tensors: Tensors, name: string, x: Tensor, map: Tensor | undefined): Tensor {
  const perChannel = (values: Float32Array) => constant(values, [1, values.length, 1, 1]);
  const bias = perChannel(tensors.values(`${name}/bias`));
  if (map === undefined) return add(x, bias);
  return add(add(x, mul(map, perChannel(tensors.values(`${name}/Noise/weight`)))), bias);
}

/**
 * Adaptive instance normalisation: each channel's pixels brought to mean 0 and mean square 1, then times s_0 + 1,
 * plus s_1. [s_0, s_1] is the `StyleMod` of w, 2C values.
 */
function styled(tensors: Tensors, name: string, x: Tensor, w: Tensor): Tensor {
  const [batch, channels] = [w.shape[0]!, x.shape[1]!];
  const style = denseLayer(tensors, `${name}/StyleMod`, w, 1);
  const half = (k: number) =>
    reshape(slice(style, 1, k * channels, (k + 1) * channels), [batch, channels, 1, 1]);
  const centred = sub(x, meanOfPixels(x));
  const inverse = rsqrt(add(mean(square(centred), [2, 3]), scalar(1e-8)));
  return add(mul(centred, mul(inverse, add(half(0), scalar(1)))), half(1));
}

/**
 * Mean over pixels, [N, C, 1, 1]. A channel of the first layer may be the constant 1 with a trace of noise on it, and
 * then the last bit of its mean shows in the picture. So that seeds give the reference's pictures, the 16 pixels are
 * summed in the order in which it sums them: eight lanes, and these one after the other.
 */
function meanOfPixels(x: Tensor): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  if (height * width !== 2 * LANES) return mean(x, [2, 3]);
  const halves = reshape(x, [batch, channels, 2, LANES]);
  const lanes = add(slice(halves, 2, 0, 1), slice(halves, 2, 1, 2));
  let total = slice(lanes, 3, 0, 1);
  for (let lane = 1; lane < LANES; lane++) total = add(total, slice(lanes, 3, lane, lane + 1));
  return scale(total, 1 / (2 * LANES));
}

const LANES = 8;

/** [1, 2, 1]² / 16, with zeros around the picture. */
function blurred(x: Tensor): Tensor {
  const channels = x.shape[1]!;
  const line = [0.25, 0.5, 0.25];
  const taps = Float32Array.from(
    { length: channels * 9 },
    (_, k) => line[k % 3]! * line[Math.floor(k / 3) % 3]!,
  );
  return conv2d(x, constant(taps, [channels, 1, 3, 3]), { padding: [1, 1, 1, 1], groups: channels });
}
