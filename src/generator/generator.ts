import type { RenderedArchitecture } from '../checkpoint/architecture/architecture.js';
import type { Tensor } from '../graph/index.js';
import type { BlockState } from './blocks.js';
import type { LatentSpace } from './latent-space.js';
import type { NoiseLayer } from './noise-layers.js';

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
