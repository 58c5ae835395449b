import type { Architecture } from './architecture.js';

/** Element types that a checkpoint's tensors may be stored in; all are read as 32-bit floats. */
export type StoredDType = 'f64' | 'f32' | 'f16' | 'bf16' | 'i64' | 'i32' | 'i16' | 'i8' | 'u8' | 'bool';

export interface TensorInfo {
  /** Canonical name: that of the stylegan2-ada-pytorch `G_ema` state, e.g. `synthesis.b16.conv0.weight`. */
  readonly name: string;
  /** Row-major extents; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** How the file stores it. */
  readonly dtype: StoredDType;
}

/** Where a checkpoint comes from. */
export interface Origin {
  /** Path as it was given, or a description such as `blend of A and B`. */
  readonly path: string;
  readonly format: 'safetensors' | 'stylegan2-ada-pytorch' | 'memory';
  /** Which network of the file was read, e.g. `G_ema`; absent where the file holds only one. */
  readonly network?: string;
}

/**
 * A generator's weights in the one in-memory form that everything else works on: an architecture and tensors
 * with canonical names, whose values are read when they are asked for and not kept.
 */
export interface Checkpoint {
  readonly architecture: Architecture;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Free text that the file carries: a blend's recipe, credits. Never trusted, only shown or parsed with checks. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly origin: Origin;
  /**
   * The values of one tensor, row-major. The array is the caller's to keep, but not to change.
   * @throws InputFileError `TENSOR_MISSING` for an unknown name, or where the file cannot be read.
   */
  read(name: string): Promise<Float32Array>;
  /** SHA-256 of the file's bytes as lower-case hex; computed once. Empty for a checkpoint in memory. */
  sha256(): Promise<string>;
  /** Closes the file. Reading afterwards is an error. */
  close(): Promise<void>;
}

/** The resolution that a canonical tensor name belongs to, or null (mapping network, `w_avg`). */
export function resolutionOf(name: string): number | null {
  const match = /^synthesis\.b(\d+)\./.exec(name);
  return match ? Number(match[1]) : null;
}

/** Number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
