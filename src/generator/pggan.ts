import { type PgganArchitecture, resolutionsOf } from '../checkpoint/architecture.js';
import { toRgbName } from '../checkpoint/older-tensors.js';
import { add, concat, constant, leakyRelu, matmul, reshape, type Tensor } from '../graph/index.js';
import type { GeneratorNetwork } from './generator.js';
import { grownPicture, shownResolution } from './growing.js';
import { latentSpaceOf } from './latent-space.js';
import { convolution, GAIN, pixelNorm, SLOPE, toColours, upConvolution } from './older-layers.js';
import { scaled, type Tensors } from './weights.js';

/**
 * The generator of the progressively grown GAN (Karras et al. 2017, table 2; `G_paper` of its `networks.py`): no
 * mapping network, no styles, no noise. Features are normalised at every pixel after every layer.
 */
export function pggan(architecture: PgganArchitecture, tensors: Tensors): GeneratorNetwork {
  return {
    architecture,
    space: latentSpaceOf(architecture),
    average: undefined,
    noiseLayers: [],
    noise: () => new Float32Array(0),
    mapping: (z, label) => (label === undefined ? z : concat([z, label], 1)),
    synthesis: (latents) => synthesis(architecture, tensors, latents),
  };
}

function synthesis(architecture: PgganArchitecture, tensors: Tensors, latents: Tensor): Tensor {
  const shown = shownResolution(architecture);
  const features = new Map<number, Tensor>();
  const layer = (name: string, x: Tensor) => {
    const bias = tensors.values(`${name}/bias`);
    return pixelNorm(leakyRelu(add(x, constant(bias, [1, bias.length, 1, 1])), SLOPE));
  };
  let x = layer('4x4/Dense', firstPixels(architecture, tensors, latents));
  for (const r of resolutionsOf({ resolution: shown })) {
    const block = `${r}x${r}`;
    if (r > 4) {
      const name = `${block}/${architecture.fused ? 'Conv0_up' : 'Conv0'}`;
      x = layer(name, upConvolution(tensors, name, x, architecture.fused));
    }
    const name = `${block}/${r === 4 ? 'Conv' : 'Conv1'}`;
    x = layer(name, convolution(tensors, name, x));
    features.set(r, x);
  }
  return grownPicture(architecture, features, (r, y) => toColours(tensors, toRgbName(architecture, r), y));
}

/** z [N, 1, dim], normalised, -> [N, C, 4, 4]: a dense layer, scaled as if it were a 4x4 convolution. */
function firstPixels({ channels }: PgganArchitecture, tensors: Tensors, latents: Tensor): Tensor {
  const [batch, , dim] = latents.shape as [number, number, number];
  const outputs = channels.get(4)!;
  const z = pixelNorm(reshape(latents, [batch, dim]));
  const weight = scaled(tensors.values('4x4/Dense/weight'), GAIN / Math.sqrt(16 * dim), [16 * outputs, dim]);
  return reshape(matmul(z, weight, false, true), [batch, outputs, 4, 4]);
}
