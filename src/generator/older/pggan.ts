import type { PgganArchitecture } from '../../checkpoint/architecture/architecture.js';
import { toRgbName } from '../../checkpoint/architecture/older-tensors.js';
import { add, concat, constant, leakyRelu, matmul, reshape, type Tensor } from '../../graph/index.js';
import { blocksOf, throughBlocks, withGrownPicture } from '../blocks.js';
import type { BlockState, GeneratorNetwork } from '../generator.js';
import { latentSpaceOf } from '../latent-space.js';
import { scaled, type Tensors } from '../weights.js';
import { convolution, GAIN, pixelNorm, SLOPE, toColours, upConvolution } from './layers.js';

/**
 * The generator of the progressively grown GAN (Karras et al. 2017, table 2; `G_paper` of its `networks.py`): no
 * mapping network, no styles, no noise. Features are normalised at every pixel after every layer.
 */
export function pggan(architecture: PgganArchitecture, tensors: Tensors): GeneratorNetwork {
  const blocks = blocksOf(architecture);
  const block: GeneratorNetwork['block'] = (r, before, latents) =>
    synthesisBlock(architecture, tensors, r, before, latents);
  return {
    architecture,
    space: latentSpaceOf(architecture),
    average: undefined,
    noiseLayers: [],
    noise: () => new Float32Array(0),
    mapping: (z, label) => (label === undefined ? z : concat([z, label], 1)),
    synthesis: (latents) => throughBlocks(blocks, (r, before) => block(r, before, latents, new Map())),
    blocks,
    block,
  };
}

function synthesisBlock(
  architecture: PgganArchitecture,
  tensors: Tensors,
  r: number,
  before: BlockState | undefined,
  latents: Tensor,
): BlockState {
  const layer = (name: string, x: Tensor) => {
    const bias = tensors.values(`${name}/bias`);
    return pixelNorm(leakyRelu(add(x, constant(bias, [1, bias.length, 1, 1])), SLOPE));
  };
  const block = `${r}x${r}`;
  let x: Tensor;
  if (before === undefined) x = layer('4x4/Dense', firstPixels(architecture, tensors, latents));
  else {
    const name = `${block}/${architecture.fused ? 'Conv0_up' : 'Conv0'}`;
    x = layer(name, upConvolution(tensors, name, before.values, architecture.fused));
  }
  const name = `${block}/${r === 4 ? 'Conv' : 'Conv1'}`;
  x = layer(name, convolution(tensors, name, x));
  return withGrownPicture(architecture, r, { values: x }, before, (resolution, y) =>
    toColours(tensors, toRgbName(architecture, resolution), y),
  );
}

/** z [N, 1, dim], normalised, -> [N, C, 4, 4]: a dense layer, scaled as if it were a 4x4 convolution. */
function firstPixels({ channels }: PgganArchitecture, tensors: Tensors, latents: Tensor): Tensor {
  const [batch, , dim] = latents.shape as [number, number, number];
  const outputs = channels.get(4)!;
  const z = pixelNorm(reshape(latents, [batch, dim]));
  const weight = scaled(tensors.values('4x4/Dense/weight'), GAIN / Math.sqrt(16 * dim), [16 * outputs, dim]);
  return reshape(matmul(z, weight, false, true), [batch, outputs, 4, 4]);
}
