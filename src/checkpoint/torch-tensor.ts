import { InputFileError } from '../errors.js';
import type { RandomAccessFile } from '../files/random-access.js';
import { elementCount } from './checkpoint.js';
import { BYTES_PER_ELEMENT, toFloat32 } from './dtype.js';
import { isCallOf, itemsOf, type PickleObject, type PickleValue } from './pickle/values.js';
import { gather, isContiguous } from './strides.js';
import { isCount, type TorchStorage } from './torch-storage.js';

/** torch's own limit is 64; networks of pictures have 4. */
const MAX_RANK = 16;

/** A parameter wraps a tensor; more than one layer of wrapping does not occur. */
const MAX_WRAPPERS = 4;

/** A tensor as a pickle describes it, unchecked but for the kinds of values. */
export interface TensorReference {
  readonly storage: PickleValue;
  /** In elements, as the strides. */
  readonly storageOffset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A tensor whose elements are known to lie in the file. */
export interface TorchTensor extends Omit<TensorReference, 'storage'> {
  readonly storage: TorchStorage;
}

/**
 * Takes apart `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)` and parameters made of it.
 * Undefined for anything else.
 */
export function parseTensor(value: PickleValue): TensorReference | undefined {
  let inner: PickleValue | undefined = value;
  for (let i = 0; i < MAX_WRAPPERS && isParameter(inner); i++) inner = inner.args[0];
  if (
    !isCallOf(inner, 'torch._utils._rebuild_tensor_v2') &&
    !isCallOf(inner, 'torch._utils._rebuild_tensor')
  ) {
    return undefined;
  }
  const [storage, storageOffset, size, stride] = inner.args;
  const shape = countsOf(size);
  const strides = countsOf(stride);
  if (storage === undefined || shape === undefined || strides === undefined) return undefined;
  if (!isCount(storageOffset) || shape.length !== strides.length) return undefined;
  return { storage, storageOffset, shape, strides };
}

/**
 * Checks that a tensor lies inside its storage and has no more elements than it, so that reading it takes no more
 * memory than the file has bytes.
 *
 * @throws InputFileError `TORCH_DAMAGED`
 */
export function placeTensor(
  path: string,
  name: string,
  reference: TensorReference,
  storage: TorchStorage,
): TorchTensor {
  const { shape, strides, storageOffset } = reference;
  const count = elementCount(shape);
  const last = shape.reduce((sum, extent, i) => sum + (extent - 1) * strides[i]!, storageOffset);
  if (count > storage.length || (count > 0 && last >= storage.length)) {
    throw new InputFileError(
      'TORCH_DAMAGED',
      `${path}: ${name}: expected shape [${shape}] with strides [${strides}] from element ${storageOffset} to fit ` +
        `into its storage, found a storage of ${storage.length} elements`,
    );
  }
  return { storage, storageOffset, shape, strides };
}

/** The values of a tensor, row-major. Only the part of the storage that it spans is read. */
export async function readTensor(
  file: RandomAccessFile,
  tensor: TorchTensor,
): Promise<Float32Array<ArrayBuffer>> {
  const { shape, strides, storageOffset, storage } = tensor;
  if (elementCount(shape) === 0) return new Float32Array(0);
  const size = BYTES_PER_ELEMENT[storage.dtype];
  const span = shape.reduce((sum, extent, i) => sum + (extent - 1) * strides[i]!, 1);
  const bytes = await file.read(storage.offset + storageOffset * size, span * size);
  const values = toFloat32(bytes, storage.dtype);
  return isContiguous(shape, strides) ? values : gather(values, shape, strides);
}

function isParameter(value: PickleValue | undefined): value is PickleObject {
  return (
    isCallOf(value, 'torch._utils._rebuild_parameter') ||
    isCallOf(value, 'torch._utils._rebuild_parameter_with_state')
  );
}

function countsOf(value: PickleValue | undefined): number[] | undefined {
  const items = itemsOf(value);
  if (items === undefined || items.length > MAX_RANK) return undefined;
  return items.every(isCount) ? [...(items as number[])] : undefined;
}
