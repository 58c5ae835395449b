import { isCallOf, itemsOf, type PickleObject, type PickleValue } from '../pickle/values.js';
import { requirePlaced, type TensorView } from '../tensor-view.js';
import { isCount, type TorchStorage } from './storage.js';

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
 * A tensor at its place in the file.
 *
 * @throws InputFileError `TENSOR_OUTSIDE` where it does not lie inside its storage
 */
export function torchView(
  path: string,
  name: string,
  reference: TensorReference,
  storage: TorchStorage,
): TensorView {
  const { shape, strides, storageOffset } = reference;
  const { dtype, source } = storage;
  return requirePlaced(path, name, { source, dtype, first: storageOffset, shape, strides });
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
