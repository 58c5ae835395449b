import type { Architecture } from './architecture.js';

/**
 * What a file says about its generator beside the tensors. Numbers that follow from the shapes as well are checked
 * against them; a file without init arguments has none of these.
 */
export interface ArchitectureHints {
  readonly variant?: Architecture['variant'];
  readonly resolution?: number;
  readonly zDim?: number;
  readonly wDim?: number;
  readonly classes?: number;
  readonly mappingLayers?: number;
  readonly mappingLrMultiplier?: number;
  readonly convClamp?: number | null;
  /** StyleGAN: see `StyleGan1Architecture`. */
  readonly fusedFrom?: number | null;
  /** StyleGAN: width of the mapping network's hidden layers. */
  readonly mappingWidth?: number;
  /** PGGAN: see `PgganArchitecture`. */
  readonly fused?: boolean;
  /** StyleGAN, PGGAN: how far the network is from its full resolution, in halvings. */
  readonly lod?: number;
  /** StyleGAN, PGGAN: a statement of the file with which the network computes something unknown. */
  readonly problem?: string;
}

export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;
