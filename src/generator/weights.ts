import type { Architecture } from '../checkpoint/architecture.js';
import { type Checkpoint, NOT_RENDERED, requireStyleGan2 } from '../checkpoint/checkpoint.js';
import { readFinite } from '../checkpoint/read-finite.js';
import { InputFileError } from '../errors.js';
import { constant, type Tensor } from '../graph/index.js';

/** A checkpoint's tensors in memory, ready to become constants of a graph. */
export interface Weights {
  readonly architecture: Architecture;
  /** Path or description of the checkpoint, for messages. */
  readonly source: string;
  /** Values of a canonical name, row-major. */
  values(name: string): Float32Array;
  has(name: string): boolean;
}

/**
 * Reads every tensor and checks that it is finite.
 * @throws InputFileError `ARCHITECTURE_NOT_RENDERED` for `resnet` and `orig` generators, `TENSOR_NOT_FINITE`
 */
export async function loadWeights(checkpoint: Checkpoint): Promise<Weights> {
  const architecture = requireRenderable(checkpoint);
  const loaded = new Map<string, Float32Array>();
  for (const name of checkpoint.tensors.keys()) {
    loaded.set(name, await readFinite(checkpoint, name));
  }
  const source = checkpoint.origin.path;
  return {
    architecture,
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

/** A constant made of a tensor's values times `gain`. */
export function scaled(values: Float32Array, gain: number, shape: readonly number[]): Tensor {
  return constant(gain === 1 ? values : values.map((value) => value * gain), shape);
}

/**
 * The architecture of a generator that can be rendered; nothing of its weights is read.
 * @throws InputFileError `ARCHITECTURE_NOT_RENDERED` for `resnet` and `orig` generators and for other families
 */
export function requireRenderable(checkpoint: Checkpoint): Architecture {
  const architecture = requireStyleGan2(checkpoint);
  const { variant } = architecture;
  if (variant === 'skip') return architecture;
  throw new InputFileError(
    'ARCHITECTURE_NOT_RENDERED',
    `${checkpoint.origin.path}: expected a StyleGAN2 generator of the skip architecture to make pictures with, found ${variant}`,
    { hint: NOT_RENDERED },
  );
}
