/**
 * What a StyleGAN2 generator computes, apart from its weights (StyleGAN2 appendix B; defaults of
 * stylegan2-ada-pytorch). Derived from tensor shapes and, where the file has them, from init arguments.
 */
export interface Architecture {
  readonly family: 'stylegan2';
  /** How toRGB outputs are combined. Only `skip` generators can be rendered. */
  readonly variant: 'skip' | 'resnet' | 'orig';
  /** Side of the picture in pixels, a power of two from 8. */
  readonly resolution: number;
  /** Length of z. */
  readonly zDim: number;
  /** Length of w. */
  readonly wDim: number;
  /** Number of classes, 0 for an unconditional generator. */
  readonly classes: number;
  /** Number of fully connected layers of the mapping network. */
  readonly mappingLayers: number;
  /** Width of the mapping network's hidden layers, where it differs from `wDim`. */
  readonly mappingWidth?: number;
  /** Length of the class embedding, where it differs from `wDim`. */
  readonly embedDim?: number;
  /** Learning-rate multiplier of the mapping network, 0.01 unless the file says otherwise. */
  readonly mappingLrMultiplier: number;
  /** Output channels of the block of each resolution 4, 8, … resolution. */
  readonly channels: ReadonlyMap<number, number>;
  /** Activations are clamped to ±convClamp after the gain; null for no clamp. */
  readonly convClamp: number | null;
}

/** Smallest and largest picture side that is accepted; nobody has trained a generator outside of these. */
export const MIN_RESOLUTION = 8;
export const MAX_RESOLUTION = 4096;

/** Default of stylegan2-ada-pytorch's MappingNetwork. */
export const DEFAULT_MAPPING_LR_MULTIPLIER = 0.01;

/** 4, 8, … up to and including the architecture's resolution. */
export function resolutionsOf(architecture: Pick<Architecture, 'resolution'>): number[] {
  const list: number[] = [];
  for (let r = 4; r <= architecture.resolution; r *= 2) list.push(r);
  return list;
}

/** Rows of ws, one style vector for each layer: two per resolution. */
export function styleRows(architecture: Pick<Architecture, 'resolution'>): number {
  return 2 * resolutionsOf(architecture).length;
}
