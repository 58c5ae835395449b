import type { RenderedArchitecture } from '../checkpoint/architecture/architecture.js';
import type { Tensor } from '../graph/index.js';

import type { LatentSpace } from './latent-space.js';

/**
 * A generator with its weights, as functions that build graphs: what rendering, projecting and the commands need of
 * it, whichever architecture it has. One file each: `stylegan2.ts`, `stylegan1.ts`, `pggan.ts`.
 */
export interface GeneratorNetwork {
  readonly architecture: RenderedArchitecture;
  /** What {@link synthesis} takes. */
  readonly space: LatentSpace;
  /** The average w, [w_dim]; undefined in Z, and where the file lacks it. */
  readonly average: Float32Array | undefined;
  /** Layers with noise, in order of computation. */
  readonly noiseLayers: readonly NoiseLayer[];
  /** The checkpoint's own noise of a layer, [r, r]. */
  noise(layer: NoiseLayer): Float32Array;
  /**
   * @param z [N, z_dim], unit normal
   * @param label [N, classes], one-hot; only for conditional generators
   * @returns one row of latents [N, dim], before truncation; in Z these are z and label themselves
   */
  mapping(z: Tensor, label?: Tensor): Tensor;
  /**
   * @param latents [N, rows, dim]
   * @param noise layer -> [N or 1, 1, r, r]; layers that are not in it get no noise
   * @returns picture [N, 3, resolution, resolution], about -1..1
   */
  synthesis(latents: Tensor, noise: ReadonlyMap<string, Tensor>): Tensor;
  /** The resolution from which blocks are computed in 16-bit floats; undefined for none. */
  readonly halfFrom?: number;
  /** The resolutions of the synthesis network's blocks, in order of computation. */
  readonly blocks: readonly number[];
  /**
   * One block of the synthesis network.
   * @param before what the block of half this resolution has handed over; undefined for the first
   */
  block(
    resolution: number,
    before: BlockState | undefined,
    latents: Tensor,
    noise: ReadonlyMap<string, Tensor>,
  ): BlockState;
}

/** What one block of a synthesis network hands to the next. There is a block for each of the resolutions 4, 8, … */
export interface BlockState {
  /** Activations [N, C, r, r], still to be multiplied by `gain`. */
  readonly values: Tensor;
  /** [N, C]: the demodulation that joins the next layer's style, in StyleGAN2 in 32 bits without conv clamp. */
  readonly gain?: Tensor;
  /** The picture so far, [N, 3, r, r], in StyleGAN2; in other generators only after the last block, of full size. */
  readonly picture?: Tensor;
  /** What this block adds to the picture, [N, 3, r, r]; StyleGAN2 only. */
  readonly contribution?: Tensor;
}

/** A layer that noise is added to, and the side of its noise buffer in pixels. */
export interface NoiseLayer {
  /** `b4.conv1`, `b8.conv0`, … in StyleGAN2; `4x4/Const`, `4x4/Conv`, `8x8/Conv0_up`, … in StyleGAN. */
  readonly layer: string;
  /** The checkpoint's tensor that holds its fixed noise, [r, r] or [1, 1, r, r]. */
  readonly buffer: string;
  readonly resolution: number;
}
