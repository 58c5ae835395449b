import { InputFileError } from '../../errors.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import type { PickleValue } from '../pickle/values.js';
import type { TensorView } from '../tensor-view.js';
import type { StorageResolver } from './storage.js';
import { parseTensor, torchView } from './tensor.js';

/**
 * Finds tensors of a dict in the file.
 *
 * @throws InputFileError `TENSOR_UNREADABLE`, and those of the container
 */
export async function locateTensors(
  file: RandomAccessFile,
  tensors: ReadonlyMap<string, PickleValue>,
  resolve: StorageResolver,
): Promise<Map<string, TensorView>> {
  const storages = new Map<PickleValue, ReturnType<StorageResolver>>();
  const located = new Map<string, TensorView>();
  for (const [name, value] of tensors) {
    const reference = parseTensor(value);
    // Tensors may share a storage, whose header is read once.
    const pending = reference && (storages.get(reference.storage) ?? resolve(reference.storage));
    if (reference !== undefined) storages.set(reference.storage, pending!);
    const storage = await pending;
    if (reference === undefined || storage === undefined) {
      throw new InputFileError(
        'TENSOR_UNREADABLE',
        `${file.path}: ${name}: expected a torch tensor, found something else`,
      );
    }
    located.set(name, torchView(file.path, name, reference, storage));
  }
  return located;
}
