import { InputFileError } from '../../errors.js';
import type { ByteSource } from '../../files/byte-source.js';
import type { StoredDType } from '../dtype.js';
import { BYTES_PER_ELEMENT } from '../dtype.js';
import { itemsOf, PersistentId, PickleGlobal, type PickleValue } from '../pickle/values.js';

/**
 * Storages, the one-dimensional arrays that torch's tensors look into. A pickle refers to them by persistent ids
 * ('storage', type, key, location, numel[, view]); where they lie depends on the container: `torch-legacy.ts`,
 * `torch-zip.ts`.
 */

/** Where the elements of a storage lie. */
export interface TorchStorage {
  readonly dtype: StoredDType;
  /** Number of elements. */
  readonly length: number;
  readonly source: ByteSource;
}

/** Finds the storage that a value in a tensor's arguments stands for; undefined where it is none. */
export type StorageResolver = (value: PickleValue) => Promise<TorchStorage | undefined>;

const STORAGE_TYPES: ReadonlyMap<string, StoredDType> = new Map([
  ['torch.DoubleStorage', 'f64'],
  ['torch.FloatStorage', 'f32'],
  ['torch.HalfStorage', 'f16'],
  ['torch.BFloat16Storage', 'bf16'],
  ['torch.LongStorage', 'i64'],
  ['torch.IntStorage', 'i32'],
  ['torch.ShortStorage', 'i16'],
  ['torch.CharStorage', 'i8'],
  ['torch.ByteStorage', 'u8'],
  ['torch.BoolStorage', 'bool'],
]);

/** @throws InputFileError `TORCH_DTYPE` */
export function storageDType(path: string, type: string): StoredDType {
  const dtype = STORAGE_TYPES.get(type);
  if (dtype !== undefined) return dtype;
  throw new InputFileError(
    'TORCH_DTYPE',
    `${path}: expected a storage of type ${[...STORAGE_TYPES.keys()].join(', ')}, found ${type.slice(0, 80)}`,
  );
}

/** A part of a storage's bytes, in elements. Undefined where it reaches beyond them. */
export function storagePart(
  source: ByteSource,
  dtype: StoredDType,
  view: { offset: number; length: number } | undefined,
  length: number,
): TorchStorage | undefined {
  if (view === undefined) return { dtype, length, source };
  if (view.offset + view.length > length) return undefined;
  const size = BYTES_PER_ELEMENT[dtype];
  const start = view.offset * size;
  const part: ByteSource = {
    length: view.length * size,
    read: (offset, count, buffers) => source.read(start + offset, count, buffers),
    ...(source.inFile === undefined
      ? {}
      : { inFile: { file: source.inFile.file, offset: source.inFile.offset + start } }),
  };
  return { dtype, length: view.length, source: part };
}

export interface StorageReference {
  /** Class of the storage, `torch.FloatStorage`. */
  type: string;
  key: PickleValue;
  length: number;
  /** The part of the storage that is meant, in elements. */
  view: { offset: number; length: number } | undefined;
}

/** ('storage', type, key, location, numel[, view]); the location, a device, does not matter here. */
export function parseStorageId(value: PickleValue): StorageReference | undefined {
  const [kind, type, key = null, , length, view = null] =
    (value instanceof PersistentId && itemsOf(value.id)) || [];
  if (kind !== 'storage' || !(type instanceof PickleGlobal) || !isCount(length)) return undefined;
  const reference = { type: `${type}`, key, length, view: undefined };
  if (view === null) return reference;
  const [, viewOffset, viewLength] = itemsOf(view) ?? [];
  if (!isCount(viewOffset) || !isCount(viewLength)) return undefined;
  return { ...reference, view: { offset: viewOffset, length: viewLength } };
}

/** Whether a value is a number that can count elements. */
export function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
