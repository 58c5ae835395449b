import { InputFileError } from '../errors.js';
import type { Buffers } from '../files/buffers.js';
import type { Closing } from '../files/closing.js';
import type { StoredDType } from '../formats/dtype.js';
import type { AnyArchitecture, Architecture, RenderedArchitecture } from './architecture/architecture.js';

export interface TensorInfo {
  /** Canonical name: that of the stylegan2-ada-pytorch `G_ema` state, e.g. `synthesis.b16.conv0.weight`. */
  readonly name: string;
  /** Row-major extents; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** How the file stores it. */
  readonly dtype: StoredDType;
}

/** Whose files these are; what contains them (a pickle, a zip) is another matter. */
export type CheckpointFormat =
  | 'safetensors'
  | 'stylegan2-ada-pytorch'
  | 'tensorflow'
  | 'rosinality'
  | 'lucidrains';

/** Where a checkpoint comes from. */
export interface Origin {
  /** Path as it was given, or a description such as `blend of A and B`. */
  readonly path: string;
  readonly format: CheckpointFormat | 'memory';
  /** Which network of the file was read, e.g. `G_ema`; absent where the file holds only one. */
  readonly network?: string;
}

/**
 * A network's weights in the one in-memory form that everything else works on: an architecture and tensors
 * with canonical names, whose values are read when they are asked for and not kept. Closing it closes its file;
 * reading afterwards is an error.
 */
export interface Checkpoint extends Closing {
  readonly architecture: AnyArchitecture;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Free text that the file carries: a blend's recipe, credits. Never trusted, only shown or parsed with checks. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly origin: Origin;
  /**
   * The values of one tensor, row-major. The array is the caller's to keep, but not to change.
   *
   * @param buffers what the array may be taken from; the caller gives it back there after use
   * @throws InputFileError `TENSOR_MISSING` for an unknown name, or where the file cannot be read.
   */
  read(name: string, buffers?: Buffers): Promise<Float32Array>;
  /** SHA-256 of the file's bytes as lower-case hex; computed once. Empty for a checkpoint in memory. */
  sha256(): Promise<string>;
}

/** What remains to be done with networks that are recognised only. */
const NOT_RENDERED =
  'rendering it is not supported yet; it can be inspected, compared, converted and blended';

/**
 * The architecture of a generator that pictures can be made with.
 *
 * @throws InputFileError `ARCHITECTURE_NOT_RENDERED` for other networks, and StyleGAN2's `resnet` and `orig` variants
 */
export function requireRendered(checkpoint: Checkpoint): RenderedArchitecture {
  const { architecture, origin } = checkpoint;
  const refuse = (what: string) =>
    new InputFileError('ARCHITECTURE_NOT_RENDERED', `${origin.path}: ${what}`, {
      hint: NOT_RENDERED,
    });
  switch (architecture.family) {
    case 'stylegan2':
      if (architecture.variant === 'skip') return architecture;
      throw refuse(`expected a generator with skip architecture, found ${architecture.variant}`);
    case 'stylegan1':
    case 'pggan':
      return architecture;
    default:
      throw refuse(`expected a StyleGAN2, StyleGAN or PGGAN generator, found a ${familyName(architecture)}`);
  }
}

/**
 * The architecture of a StyleGAN2 generator, for what only StyleGAN2 has.
 *
 * @throws InputFileError `ARCHITECTURE_NOT_RENDERED` for any other network
 */
export function requireStyleGan2(checkpoint: Checkpoint): Architecture {
  const { architecture } = checkpoint;
  if (architecture.family === 'stylegan2') return architecture;
  throw new InputFileError(
    'ARCHITECTURE_NOT_RENDERED',
    `${checkpoint.origin.path}: expected a StyleGAN2 generator, found a ${familyName(architecture)}`,
  );
}

/** What to call a network in messages, without an article. */
export function familyName(architecture: AnyArchitecture): string {
  switch (architecture.family) {
    case 'stylegan2':
      return 'StyleGAN2 generator';
    case 'stylegan1':
      return 'StyleGAN generator';
    case 'pggan':
      return 'PGGAN generator';
    case 'stylegan3':
      return 'StyleGAN3 generator';
    case 'lucidrains':
      return 'lucidrains/stylegan2-pytorch generator';
    case 'discriminator':
      return 'discriminator';
  }
}

export { resolutionOf } from './architecture/resolution-of.js';
