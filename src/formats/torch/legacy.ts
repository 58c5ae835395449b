import { InputFileError } from '../../errors.js';
import { fileBytes } from '../../files/byte-source.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { BYTES_PER_ELEMENT } from '../dtype.js';
import { ByteWindow } from '../pickle/byte-window.js';
import { type ReadPickleOptions, readPickle } from '../pickle/interpreter.js';
import {
  ByteRange,
  entriesOf,
  isCallOf,
  itemsOf,
  type PersistentId,
  type PickleValue,
} from '../pickle/values.js';
import { parseStorageId, type StorageResolver, storageDType, storagePart } from './storage.js';

/**
 * The container that `torch.save` wrote before its zip files, and that a storage inside another pickle still is
 * (`torch.storage._load_from_bytes`):
 *
 *     pickles: magic number, protocol version, system information, object, list of storage keys
 *     for each key: i64 number of elements, raw elements
 */

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** The magic number as the pickle that it is: how a file of this kind starts. */
export const LEGACY_START = '\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.';

/** The container of one storage has some 40 opcodes; its data would only be read in vain. */
const STORAGE_WINDOW_BYTES = 2048;
const STORAGE_MAX_OPCODES = 1000;

/** Storages in one file, several times those of a generator, a discriminator and their optimisers. */
const MAX_STORAGES = 65_536;

export interface TorchObject {
  readonly value: PickleValue;
  readonly resolve: StorageResolver;
}

/** An object in a part of a file. */
export interface LegacyTorchObject extends TorchObject {
  /** Position behind its last byte. */
  readonly end: number;
}

export interface LegacyOptions extends ReadPickleOptions {
  readonly windowBytes?: number;
}

/**
 * Reads a legacy torch file, which may be a part of another file. Elements are not read.
 *
 * @throws InputFileError `TORCH_DAMAGED`, `TORCH_DTYPE`, and those of `readPickle`
 */
export async function readLegacyTorch(
  file: RandomAccessFile,
  range: ByteRange,
  options: LegacyOptions = {},
): Promise<LegacyTorchObject> {
  const window = new ByteWindow(file, range.offset, range.length, options.windowBytes);
  const damaged = (what: string) =>
    new InputFileError('TORCH_DAMAGED', `${file.path}: torch data at byte ${range.offset}: ${what}`, {
      hint: 'the file is damaged; copy or download it again',
    });

  if ((await readPickle(window, options)) !== MAGIC) throw damaged("expected torch's magic number");
  if ((await readPickle(window, options)) !== PROTOCOL_VERSION) {
    throw damaged(`expected protocol version ${PROTOCOL_VERSION}`);
  }
  if (entriesOf(await readPickle(window, options))?.get('little_endian') !== true) {
    throw damaged('expected little-endian data');
  }
  const ids: PersistentId[] = [];
  const value = await readPickle(window, { ...options, persistentIds: ids });
  const keys = itemsOf(await readPickle(window, options));
  if (keys === undefined || keys.length > MAX_STORAGES) throw damaged('expected the keys of its storages');

  const kinds = new Map<PickleValue, { type: string; length: number }>();
  for (const id of ids) {
    const reference = parseStorageId(id);
    if (reference === undefined) throw damaged('expected a storage');
    kinds.set(reference.key, reference);
  }
  /** Key -> position of its elements. */
  const places = new Map<PickleValue, number>();
  for (const key of keys) {
    const kind = kinds.get(key);
    if (kind === undefined || places.has(key)) throw damaged('expected one use for every storage');
    await window.ensure(8);
    const stored = window.u64();
    if (stored !== kind.length) throw damaged(`expected ${kind.length} elements, found ${stored}`);
    places.set(key, window.position);
    window.skip(stored * BYTES_PER_ELEMENT[storageDType(file.path, kind.type)]);
  }

  const resolve: StorageResolver = async (candidate) => {
    const reference = parseStorageId(candidate);
    const offset = reference && places.get(reference.key);
    if (reference === undefined || offset === undefined) return undefined;
    const { type, length, view } = reference;
    if (length !== kinds.get(reference.key)?.length) throw damaged('two sizes for one storage');
    const dtype = storageDType(file.path, type);
    const size = BYTES_PER_ELEMENT[dtype];
    if (size !== BYTES_PER_ELEMENT[storageDType(file.path, kinds.get(reference.key)!.type)]) {
      throw damaged('two types for one storage');
    }
    const storage = storagePart(fileBytes(file, offset, length * size), dtype, view, length);
    if (storage === undefined) throw damaged('a view reaches beyond its storage');
    return storage;
  };
  return { value, resolve, end: window.position };
}

/** Finds storages of the form `torch.storage._load_from_bytes(bytes)`, each of which is a whole legacy file. */
export function embeddedStorages(file: RandomAccessFile, globals?: Map<string, number>): StorageResolver {
  return async (value) => {
    const bytes = isCallOf(value, 'torch.storage._load_from_bytes') && value.args[0];
    if (!(bytes instanceof ByteRange)) return undefined;
    const options = { windowBytes: STORAGE_WINDOW_BYTES, maxOpcodes: STORAGE_MAX_OPCODES, globals };
    const inner = await readLegacyTorch(file, bytes, options);
    return inner.resolve(inner.value);
  };
}
