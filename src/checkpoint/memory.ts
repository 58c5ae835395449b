import { UsageError } from '../errors.js';
import { closing } from '../files/closing.js';
import { missingTensor } from '../formats/stored-tensor.js';
import { elementCount } from '../numbers/shape.js';
import type { AnyArchitecture } from './architecture/architecture.js';
import type { Checkpoint, TensorInfo } from './checkpoint.js';

/** A tensor that is held in memory: row-major values of a shape. */
export interface TensorValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * A checkpoint whose tensors are in memory already, for generators that were made by a program.
 * The arrays are not copied. `path` is what messages call it.
 *
 * @throws UsageError `TENSOR_SIZE_MISMATCH` where values and shape disagree.
 */
export function memoryCheckpoint(options: {
  architecture: AnyArchitecture;
  tensors: ReadonlyMap<string, TensorValues>;
  metadata?: Readonly<Record<string, string>>;
  path?: string;
}): Checkpoint {
  const { architecture, tensors, metadata = {}, path = 'generator in memory' } = options;
  const infos = new Map<string, TensorInfo>();
  for (const [name, { shape, values }] of tensors) {
    const expected = elementCount(shape);
    if (values.length !== expected) {
      throw new UsageError(
        'TENSOR_SIZE_MISMATCH',
        `${path}: ${name}: expected ${expected} values for shape [${shape}], found ${values.length}`,
      );
    }
    infos.set(name, { name, shape, dtype: 'f32' });
  }
  return {
    architecture,
    tensors: infos,
    metadata,
    origin: { path, format: 'memory' },
    read: async (name) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw missingTensor(path, name);
      return tensor.values;
    },
    sha256: async () => '',
    ...closing(async () => {}),
  };
}
