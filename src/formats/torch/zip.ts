import { InputFileError } from '../../errors.js';
import { type ByteSource, memoryBytes } from '../../files/byte-source.js';
import { closing } from '../../files/closing.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { BYTES_PER_ELEMENT } from '../dtype.js';
import { ByteWindow } from '../pickle/byte-window.js';
import { type ReadPickleOptions, readPickle } from '../pickle/interpreter.js';
import type { ZipDirectory } from '../zip/directory.js';
import { entryBytes } from '../zip/entry-bytes.js';
import type { TorchObject } from './legacy.js';
import { parseStorageId, storageDType, storagePart } from './storage.js';

/**
 * The container that `torch.save` writes since 1.6: a zip archive with `NAME/data.pkl`, in which persistent ids
 * refer to the raw elements in `NAME/data/KEY`.
 */

/** What holds the object inside of the archive, `NAME/data.pkl`; undefined for other archives. */
export function torchPickleName(directory: ZipDirectory): string | undefined {
  return [...directory.entries.keys()].find((name) => /^([^/]+\/)?data\.pkl$/.test(name));
}

/**
 * Reads a torch zip file. Elements are not read.
 *
 * @throws InputFileError `TORCH_DAMAGED`, `TORCH_DTYPE`, and those of `readPickle` and `entryBytes`
 */
export async function readTorchZip(
  file: RandomAccessFile,
  directory: ZipDirectory,
  pickleName: string,
  options: ReadPickleOptions = {},
): Promise<TorchObject> {
  const prefix = pickleName.slice(0, -'data.pkl'.length);
  const damaged = (what: string) =>
    new InputFileError('TORCH_DAMAGED', `${file.path}: torch zip file: ${what}`, {
      hint: 'the file is damaged; copy or download it again',
    });
  const byteOrder = directory.entries.get(`${prefix}byteorder`);
  if (byteOrder !== undefined && byteOrder.size <= 16) {
    const source = await entryBytes(file, byteOrder);
    const text = Buffer.from(await source.read(0, byteOrder.size)).toString('latin1');
    if (text !== 'little') throw damaged('expected little-endian data');
  }
  const stored = await entryBytes(file, directory.entries.get(pickleName)!);
  // Compressed entries are unpacked at each reading: the pickle, which is read in many steps, once and for all.
  const pickle =
    stored.inFile === undefined ? memoryBytes(file.path, await stored.read(0, stored.length)) : stored;
  const value = await readPickle(new ByteWindow(asFile(file, pickle)), options);

  const sources = new Map<string, Promise<ByteSource>>();
  return {
    value,
    resolve: async (candidate) => {
      const reference = parseStorageId(candidate);
      if (reference === undefined) return undefined;
      const { type, key, length, view } = reference;
      const entry = typeof key === 'string' ? directory.entries.get(`${prefix}data/${key}`) : undefined;
      if (entry === undefined) throw damaged(`no storage is called ${String(key).slice(0, 40)}`);
      const dtype = storageDType(file.path, type);
      const needed = length * BYTES_PER_ELEMENT[dtype];
      if (needed > entry.size)
        throw damaged(`expected ${needed} bytes in ${entry.name}, found ${entry.size}`);
      const source = sources.get(entry.name) ?? entryBytes(file, entry);
      sources.set(entry.name, source);
      const storage = storagePart(await source, dtype, view, length);
      if (storage === undefined) throw damaged('a view reaches beyond its storage');
      return storage;
    },
  };
}

function asFile(file: RandomAccessFile, source: ByteSource): RandomAccessFile {
  return { path: file.path, size: source.length, read: source.read, ...closing(async () => {}) };
}
