import { InputFileError } from '../errors.js';
import { type Closing, closing } from '../files/closing.js';
import { openForReading, type RandomAccessFile } from '../files/random-access.js';
import { sniff } from '../formats/container.js';
import { describePickle } from '../formats/file-kinds.js';
import { ByteRange, type PickleValue } from '../formats/pickle/values.js';
import { readSafetensors } from '../formats/safetensors/read.js';
import { MAX_TENSORS, type StoredTensor, storedView } from '../formats/stored-tensor.js';
import { readLegacyTorch, type TorchObject } from '../formats/torch/legacy.js';
import { locateTensors } from '../formats/torch/locate.js';
import { readTorchZip } from '../formats/torch/zip.js';
import { unwrap } from '../formats/unwrap.js';
import type { ZipDirectory } from '../formats/zip/directory.js';
import { stateDictsOf, withoutPrefix } from './readers/state-dict.js';

/** An open file with the weights of a network that is no generator, such as a feature extractor. */
export interface WeightFile extends Closing {
  readonly path: string;
  /** By the names in the file, without prefixes that all of them have. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Opens a state dict: what `torch.save` writes of a dict of tensors (both containers), or safetensors. Values are
 * read when they are asked for; nothing in the file is ever executed.
 *
 * @throws InputFileError `NOT_WEIGHTS`, and those of the readers
 */
export async function openWeightFile(path: string): Promise<WeightFile> {
  const { file, directory } = await unwrap(await openForReading(path));
  try {
    const tensors = withoutPrefix(await readTensors(file, directory));
    return { path, tensors, ...closing(() => file.close()) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readTensors(
  file: RandomAccessFile,
  directory: ZipDirectory | undefined,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const found = await sniff(file, directory);
  switch (found.container) {
    case 'torch-zip':
      if (isProgram(found)) {
        throw notWeights(
          file.path,
          'a TorchScript program',
          'programs are not run; use the state dict (.pth)',
        );
      }
      return ofTorch(file, await readTorchZip(file, found.directory, found.pickleName));
    case 'torch-legacy':
      return ofTorch(file, await readLegacyTorch(file, new ByteRange(0, file.size)));
    case 'safetensors': {
      const { tensors, read } = await readSafetensors(file);
      return new Map(
        [...tensors].map(([name, { shape, dtype }]) => [name, { shape, dtype, read: () => read(name) }]),
      );
    }
    case 'pickle':
      throw notWeights(file.path, 'something else');
    default:
      throw notWeights(file.path, found.kind.what, found.kind.hint);
  }
}

/** TorchScript keeps the source of a network beside its weights. */
function isProgram({ directory, pickleName }: { directory: ZipDirectory; pickleName: string }): boolean {
  const code = `${pickleName.slice(0, -'data.pkl'.length)}code/`;
  return [...directory.entries.keys()].some((name) => name.startsWith(code));
}

async function ofTorch(
  file: RandomAccessFile,
  { value, resolve }: TorchObject,
): Promise<Map<string, StoredTensor>> {
  const views = await locateTensors(file, dictOf(file, value), resolve);
  return new Map([...views].map(([name, view]) => [name, storedView(view)]));
}

/** The one dict of tensors of an object, which may be in a wrapper such as {state_dict: …}. */
function dictOf(file: RandomAccessFile, value: PickleValue): ReadonlyMap<string, PickleValue> {
  const [dict] = stateDictsOf(value)?.networks.values() ?? [];
  if (dict !== undefined && dict.size <= MAX_TENSORS) return dict;
  throw notWeights(file.path, describePickle(value).what);
}

function notWeights(path: string, found: string, hint?: string): InputFileError {
  return new InputFileError(
    'NOT_WEIGHTS',
    `${path}: expected a state dict (a torch file of named tensors, or safetensors), found ${found}`,
    { hint },
  );
}
