import { InputFileError } from '../errors.js';
import { openForReading, type RandomAccessFile } from '../files/random-access.js';
import type { Checkpoint } from './checkpoint.js';
import { type FileContent, fileCheckpoint } from './file-checkpoint.js';
import { describeContent, describePickle, looksLikePickle, START_BYTES } from './file-kinds.js';
import { readNative } from './native.js';
import { ByteWindow } from './pickle/byte-window.js';
import { readPickle } from './pickle/interpreter.js';
import { looksLikeSafetensors, readSafetensors } from './safetensors-read.js';
import { isNetworkPickle, readNetworkPickle } from './stylegan2-ada.js';

export interface OpenOptions {
  /** Which network of a training snapshot: `G_ema` (the default) or `G`. Files with one network only ignore it. */
  readonly network?: string | undefined;
}

/**
 * Opens a generator. The format is found from the content, never from the file's name. Tensors are read when they
 * are asked for; nothing in the file is ever executed.
 *
 * @throws InputFileError `NOT_A_CHECKPOINT`, `FORMAT_NOT_SUPPORTED`, and those of the readers
 */
export async function openCheckpoint(path: string, options: OpenOptions = {}): Promise<Checkpoint> {
  const file = await openForReading(path);
  try {
    return fileCheckpoint(file, await readContent(file, options));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What a file holds, found by its content; the file stays open. */
export async function readContent(file: RandomAccessFile, options: OpenOptions): Promise<FileContent> {
  const start = await file.read(0, Math.min(START_BYTES, file.size));
  if (looksLikeSafetensors(start, file.size)) return readNative(await readSafetensors(file));
  const kind = describeContent(start);
  if (kind !== undefined) throw notRead(file.path, kind);
  if (!looksLikePickle(start)) throw notRead(file.path, { what: 'something else' });
  const value = await readPickle(new ByteWindow(file));
  if (isNetworkPickle(value)) return readNetworkPickle(file, value, options);
  throw notRead(file.path, describePickle(value));
}

function notRead(
  path: string,
  kind: { what: string; hint?: string; isCheckpoint?: boolean },
): InputFileError {
  const code = kind.isCheckpoint ? 'FORMAT_NOT_SUPPORTED' : 'NOT_A_CHECKPOINT';
  return new InputFileError(
    code,
    `${path}: expected a generator (safetensors or a stylegan2-ada-pytorch pickle), found ${kind.what}`,
    kind.hint === undefined ? {} : { hint: kind.hint },
  );
}
