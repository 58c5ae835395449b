/** Every kind of network that can be read and blended. */
export type AnyArchitecture =
  | Architecture
  | StyleGan1Architecture
  | PgganArchitecture
  | StyleGan3Architecture
  | LucidrainsArchitecture
  | DiscriminatorArchitecture;

/** The generators that can be rendered, projected into and toonified with: docs/generators.md. */
export type RenderedArchitecture = Architecture | StyleGan1Architecture | PgganArchitecture;

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

/** A StyleGAN generator of 2018 (TensorFlow). Names of tensors: `tensorflow-names.ts`. */
export interface StyleGan1Architecture {
  readonly family: 'stylegan1';
  readonly resolution: number;
  readonly zDim: number;
  readonly wDim: number;
  /** Number of classes; their `mapping/LabelConcat/weight` is [classes, zDim]. */
  readonly classes: number;
  readonly mappingLayers: number;
  /** Learning-rate multiplier of the mapping network, where it is not 0.01. */
  readonly mappingLrMultiplier?: number;
  /** Output channels of each resolution 4, 8, … */
  readonly channels: ReadonlyMap<number, number>;
  /**
   * First resolution whose `Conv0_up` is a fused transposed convolution; null for none. 128 unless the file says
   * otherwise.
   */
  readonly fusedFrom: number | null;
  /** How far the network is from its full resolution, in halvings, where it is still growing: see `growing.ts`. */
  readonly lod?: number;
}

/** A progressively grown GAN of 2017 (TensorFlow): no mapping network. */
export interface PgganArchitecture {
  readonly family: 'pggan';
  readonly resolution: number;
  /** Length of z, without the label that follows it where there are classes. */
  readonly zDim: number;
  readonly classes: number;
  readonly channels: ReadonlyMap<number, number>;
  /** Whether `Conv0_up` is a fused transposed convolution; else it is `Conv0` after nearest-neighbour doubling. */
  readonly fused: boolean;
  /** As `StyleGan1Architecture.lod`. */
  readonly lod?: number;
}

/** A StyleGAN3 generator. Names of tensors are those of the stylegan3 repository. */
export interface StyleGan3Architecture {
  readonly family: 'stylegan3';
  readonly resolution: number;
  readonly zDim: number;
  readonly wDim: number;
  readonly classes: number;
  readonly mappingLayers: number;
  /** `L{index}_{size}_{channels}` in order, the last is the picture's. `kernel` is 3 (config T) or 1 (config R). */
  readonly layers: readonly { readonly name: string; readonly size: number; readonly kernel: number }[];
}

/** A generator of lucidrains/stylegan2-pytorch: `S.*` (mapping) and `G.*`. */
export interface LucidrainsArchitecture {
  readonly family: 'lucidrains';
  readonly resolution: number;
  readonly zDim: number;
  readonly wDim: number;
  readonly classes: 0;
  readonly mappingLayers: number;
  readonly channels: ReadonlyMap<number, number>;
}

/** A discriminator; names are those of stylegan2-ada-pytorch where it is StyleGAN2's, else TensorFlow's. */
export interface DiscriminatorArchitecture {
  readonly family: 'discriminator';
  /** What it was trained against; StyleGAN3 uses StyleGAN2's. */
  readonly of: 'stylegan2' | 'stylegan1' | 'lucidrains';
  readonly resolution: number;
  readonly classes: number;
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

/** Rows of ws, one style vector for each layer: two per resolution, in StyleGAN as in StyleGAN2. */
export function styleRows(architecture: Pick<Architecture, 'resolution'>): number {
  return 2 * resolutionsOf(architecture).length;
}
