import type { RandomAccessFile } from '../files/random-access.js';
import { describeContent, type FileKind, looksLikePickle, START_BYTES } from './file-kinds.js';
import { looksLikeSafetensors } from './safetensors/read.js';
import { LEGACY_START } from './torch/legacy.js';
import { torchPickleName } from './torch/zip.js';
import type { ZipDirectory } from './zip/directory.js';

/** How the bytes of a file of weights are arranged, apart from archives around it. */
export type Container = 'safetensors' | 'pickle' | 'torch-zip' | 'torch-legacy';

/** What a file turned out to be. */
export type Sniffed =
  | { readonly container: Exclude<Container, 'torch-zip'> }
  /** `pickleName` is the entry with the object, such as `archive/data.pkl`. */
  | { readonly container: 'torch-zip'; readonly directory: ZipDirectory; readonly pickleName: string }
  /** Something that is not read, and what to call it. */
  | { readonly container: undefined; readonly kind: FileKind };

/**
 * Finds out from its content, never from its name, how a file is arranged.
 * @param directory that of a zip archive, as `unwrap` found it
 */
export async function sniff(file: RandomAccessFile, directory: ZipDirectory | undefined): Promise<Sniffed> {
  const pickleName = directory && torchPickleName(directory);
  if (directory !== undefined && pickleName !== undefined)
    return { container: 'torch-zip', directory, pickleName };
  const start = await file.read(0, Math.min(START_BYTES, file.size));
  if (Buffer.from(start).toString('latin1').startsWith(LEGACY_START)) return { container: 'torch-legacy' };
  if (looksLikeSafetensors(start, file.size)) return { container: 'safetensors' };
  const kind = describeContent(start);
  if (kind !== undefined) return { container: undefined, kind };
  if (looksLikePickle(start)) return { container: 'pickle' };
  return { container: undefined, kind: { what: 'something else' } };
}
