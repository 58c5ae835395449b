import type { Architecture } from '../checkpoint/architecture/architecture.js';
import { type Checkpoint, requireRendered, requireStyleGan2 } from '../checkpoint/checkpoint.js';
import { readFinite } from '../checkpoint/read-finite.js';
import { InputFileError, throwIfAborted } from '../errors.js';
import { constant, type Shape, scale, type Tensor } from '../graph/index.js';

/** A checkpoint's tensors in memory, ready to become constants of a graph. */
export interface Tensors {
  /** Path or description of the checkpoint, for messages. */
  readonly source: string;
  /** Values of a canonical name, row-major. */
  values(name: string): Float32Array;
  has(name: string): boolean;
  /** What stands for a tensor in a graph where it is not constant: an input, in a network whose weights are tuned. */
  variable?(name: string, shape: Shape): Tensor;
}

/** Those of a StyleGAN2 generator. */
export interface Weights extends Tensors {
  readonly architecture: Architecture;
  /** The resolution from which blocks are computed in 16-bit floats; undefined for none. */
  readonly halfFrom?: number;
}

/**
 * Reads every tensor of a StyleGAN2 generator and checks that it is finite.
 * @throws InputFileError `ARCHITECTURE_NOT_RENDERED` for any other, and for `resnet` and `orig` generators;
 *   `TENSOR_NOT_FINITE`
 */
export async function loadWeights(
  checkpoint: Checkpoint,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Weights> {
  const architecture = requireStyleGan2(checkpoint);
  requireRendered(checkpoint);
  return { architecture, ...(await loadTensors(checkpoint, undefined, options.signal)) };
}

/**
 * Reads every tensor of any checkpoint, or those that are wanted.
 * @throws InputFileError `TENSOR_NOT_FINITE`; AbortedError
 */
export async function loadTensors(
  checkpoint: Checkpoint,
  isWanted: (name: string) => boolean = () => true,
  signal?: AbortSignal,
): Promise<Tensors> {
  const loaded = new Map<string, Float32Array>();
  for (const name of checkpoint.tensors.keys()) {
    throwIfAborted(signal);
    if (isWanted(name)) loaded.set(name, await readFinite(checkpoint, name));
  }
  const source = checkpoint.origin.path;
  return {
    source,
    has: (name) => loaded.has(name),
    values(name) {
      const values = loaded.get(name);
      if (values === undefined)
        throw new InputFileError('TENSOR_MISSING', `${source}: tensor ${name} is missing`);
      return values;
    },
  };
}

/** A tensor in a graph, times `gain`: a constant, unless the weights are variables. */
export function weight(tensors: Tensors, name: string, shape: Shape, gain = 1): Tensor {
  const variable = tensors.variable?.(name, shape);
  if (variable === undefined) return scaled(tensors.values(name), gain, shape);
  return gain === 1 ? variable : scale(variable, gain);
}

/** A constant made of a tensor's values times `gain`. */
export function scaled(values: Float32Array, gain: number, shape: readonly number[]): Tensor {
  return constant(gain === 1 ? values : values.map((value) => value * gain), shape);
}
