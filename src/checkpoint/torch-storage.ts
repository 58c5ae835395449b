import { InputFileError } from '../errors.js';
import type { RandomAccessFile } from '../files/random-access.js';
import type { StoredDType } from './checkpoint.js';
import { BYTES_PER_ELEMENT } from './dtype.js';
import { ByteWindow } from './pickle/byte-window.js';
import { readPickle } from './pickle/interpreter.js';
import {
  type ByteRange,
  entriesOf,
  itemsOf,
  PersistentId,
  PickleGlobal,
  type PickleValue,
} from './pickle/values.js';

/**
 * The container that `torch.save` wrote before its zip files, and that a storage inside another pickle still is
 * (`torch.storage._load_from_bytes`):
 *
 *     pickles: magic number, protocol version, system information, object, list of storage keys
 *     for each key: i64 number of elements, raw elements
 *
 * The object refers to storages by persistent ids ('storage', type, key, location, numel, view).
 */

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** The container of one storage has some 40 opcodes; its data would only be read in vain. */
const STORAGE_WINDOW_BYTES = 2048;
const STORAGE_MAX_OPCODES = 1000;

/** Where the elements of a storage lie in the file. */
export interface TorchStorage {
  readonly dtype: StoredDType;
  /** Number of elements. */
  readonly length: number;
  /** Position of the first byte in the file. */
  readonly offset: number;
}

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

/**
 * Finds the elements of the storage that `_load_from_bytes(bytes)` would make of these bytes. They are not read.
 *
 * @throws InputFileError `TORCH_DAMAGED`, `TORCH_DTYPE`, and those of `readPickle`
 */
export async function locateStorage(file: RandomAccessFile, range: ByteRange): Promise<TorchStorage> {
  const window = new ByteWindow(file, range.offset, range.length, STORAGE_WINDOW_BYTES);
  const damaged = (what: string) =>
    new InputFileError('TORCH_DAMAGED', `${file.path}: storage at byte ${range.offset}: ${what}`, {
      hint: 'the file is damaged; copy or download it again',
    });
  const next = () => readPickle(window, { maxOpcodes: STORAGE_MAX_OPCODES });

  if ((await next()) !== MAGIC) throw damaged("expected torch's magic number");
  const version = await next();
  if (version !== PROTOCOL_VERSION) throw damaged(`expected protocol version ${PROTOCOL_VERSION}`);
  if (entriesOf(await next())?.get('little_endian') !== true) throw damaged('expected little-endian data');
  const reference = parseStorageId(await next());
  if (reference === undefined) throw damaged('expected a storage');
  const { type, key, length, view } = reference;
  const dtype = STORAGE_TYPES.get(type);
  if (dtype === undefined) {
    throw new InputFileError(
      'TORCH_DTYPE',
      `${file.path}: storage at byte ${range.offset}: expected one of ${[...STORAGE_TYPES.keys()].join(', ')}, found ${type}`,
    );
  }
  const keys = itemsOf(await next());
  if (keys?.length !== 1 || keys[0] !== key) throw damaged('expected the key of one storage');
  await window.ensure(8);
  const stored = window.u64();
  if (stored !== length) throw damaged(`expected ${length} elements, found ${stored}`);
  window.requireRemaining(length * BYTES_PER_ELEMENT[dtype]);
  if (view === undefined) return { dtype, length, offset: window.position };
  if (view.offset + view.length > length) throw damaged('a view reaches beyond its storage');
  return { dtype, length: view.length, offset: window.position + view.offset * BYTES_PER_ELEMENT[dtype] };
}

interface StorageReference {
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
