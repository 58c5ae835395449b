import type { Architecture } from '../../checkpoint/architecture/architecture.js';
import { blocksOf } from '../blocks.js';
import type { GeneratorNetwork } from '../generator.js';
import { latentSpaceOf } from '../latent-space.js';
import { noiseLayersOf } from '../noise-layers.js';
import type { Tensors, Weights } from '../weights.js';
import { halfFrom } from './half-precision.js';
import { mapping } from './mapping.js';
import { synthesis, synthesisBlock } from './synthesis.js';

/** A StyleGAN2 generator with skip architecture (`stylegan2-mapping.ts`, `stylegan2-synthesis.ts`). */
export function styleGan2(
  architecture: Architecture,
  tensors: Tensors,
  options: { readonly half?: boolean } = {},
): GeneratorNetwork {
  const halves = options.half === true ? halfFrom(architecture.resolution) : undefined;
  const weights: Weights = { architecture, ...tensors, halfFrom: halves };
  return {
    architecture,
    space: latentSpaceOf(architecture),
    average: tensors.has('mapping.w_avg') ? tensors.values('mapping.w_avg') : undefined,
    halfFrom: halves,
    noiseLayers: noiseLayersOf(architecture),
    noise: ({ buffer }) => tensors.values(buffer),
    mapping: (z, label) => mapping(weights, z, label),
    synthesis: (latents, noise) => synthesis(weights, latents, noise),
    blocks: blocksOf(architecture),
    block: (r, before, latents, noise) => synthesisBlock(weights, r, before, latents, noise),
  };
}
