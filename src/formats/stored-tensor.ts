import { InputFileError } from '../errors.js';
import type { Buffers } from '../files/buffers.js';
import type { StoredDType } from './dtype.js';
import { readView, type TensorView } from './tensor-view.js';

/** Tensors of one network, several times those of the largest known: names and views take memory too. */
export const MAX_TENSORS = 16_384;

/** A tensor in a file, under its canonical name. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly dtype: StoredDType;
  /** @param buffers what the result may be taken from */
  read(buffers?: Buffers): Promise<Float32Array>;
  /** Where it lies; absent for tensors that the file does not have but implies, such as filters. */
  readonly view?: TensorView;
}

export function storedView(view: TensorView): StoredTensor {
  return { shape: view.shape, dtype: view.dtype, read: (buffers) => readView(view, buffers), view };
}

/** A tensor that follows from the format and is not in the file. */
function impliedTensor(shape: readonly number[], values: Float32Array): StoredTensor {
  return { shape, dtype: 'f32', read: async () => values };
}

/** The filter of [1, 3, 3, 1] as stylegan2-ada-pytorch keeps it: the outer product with sum 1. */
export const USUAL_FILTER: readonly number[] = [1, 3, 3, 1];

/** The two-dimensional filter with sum 1 of a row of taps. */
export function impliedFilter(taps: readonly number[] = USUAL_FILTER): StoredTensor {
  const sum = taps.reduce((a, b) => a + b, 0);
  const values = taps.flatMap((a) => taps.map((b) => (a * b) / (sum * sum)));
  return impliedTensor([taps.length, taps.length], Float32Array.from(values));
}

/** The error of every checkpoint that is asked for a tensor that it does not have. */
export function missingTensor(path: string, name: string): InputFileError {
  return new InputFileError('TENSOR_MISSING', `${path}: no tensor is called ${name}`);
}
