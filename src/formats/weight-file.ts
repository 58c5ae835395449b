import { MAX_TENSORS } from '../checkpoint/readers/file-content.js';
import { describeContent, describePickle, START_BYTES } from '../checkpoint/readers/file-kinds.js';
import { locateTensors, stateDictsOf, withoutPrefix } from '../checkpoint/readers/state-dict.js';
import { InputFileError } from '../errors.js';
import { openForReading, type RandomAccessFile } from '../files/random-access.js';
import { ByteRange, type PickleValue } from './pickle/values.js';
import { looksLikeSafetensors, readSafetensors } from './safetensors/read.js';
import { type StoredTensor, storedView } from './stored-tensor.js';
import { LEGACY_START, readLegacyTorch, type TorchObject } from './torch/legacy.js';
import { readTorchZip, torchPickleName } from './torch/zip.js';
import { unwrap } from './unwrap.js';
import type { ZipDirectory } from './zip/directory.js';

/** An open file with the weights of a network that is no generator, such as a feature extractor. */
export interface WeightFile {
  readonly path: string;
  /** By the names in the file, without prefixes that all of them have. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  close(): Promise<void>;
}

/**
 * Opens a state dict: what `torch.save` writes of a dict of tensors (both containers), or safetensors. Values are read
 * when they are asked for; nothing in the file is ever executed.
 *
 * @throws InputFileError `NOT_WEIGHTS`, and those of the readers
 */
export async function openWeightFile(path: string): Promise<WeightFile> {
  const { file, directory } = await unwrap(await openForReading(path));
  try {
    const tensors = withoutPrefix(await readTensors(file, directory));
    return { path, tensors, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readTensors(
  file: RandomAccessFile,
  directory: ZipDirectory | undefined,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const start = await file.read(0, Math.min(START_BYTES, file.size));
  const pickleName = directory && torchPickleName(directory);
  if (directory !== undefined && pickleName !== undefined) {
    const folder = pickleName.slice(0, -'data.pkl'.length);
    const names = [...directory.entries.keys()];
    if (names.some((name) => name.startsWith(`${folder}code/`))) {
      throw notWeights(file.path, 'a TorchScript program', 'programs are not run; use the state dict (.pth)');
    }
    return ofTorch(file, await readTorchZip(file, directory, pickleName));
  }
  if (Buffer.from(start).toString('latin1').startsWith(LEGACY_START)) {
    return ofTorch(file, await readLegacyTorch(file, new ByteRange(0, file.size)));
  }
  if (!looksLikeSafetensors(start, file.size)) {
    const kind = describeContent(start);
    throw notWeights(file.path, kind?.what ?? 'something else', kind?.hint);
  }
  const { tensors, read } = await readSafetensors(file);
  return new Map(
    [...tensors].map(([name, { shape, dtype }]) => [name, { shape, dtype, read: () => read(name) }]),
  );
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
    hint === undefined ? {} : { hint },
  );
}
