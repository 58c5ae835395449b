import { OutputError, StyleganBlendError } from '../errors.js';

/** System error -> code and words. What is not listed is `OUTPUT_FAILED` with the system's own code. */
const KNOWN: Readonly<Record<string, readonly [code: string, words: string, hint?: string]>> = {
  ENOSPC: ['OUTPUT_DISK_FULL', 'the disk is full', 'free some space, or write to another disk'],
  EDQUOT: ['OUTPUT_DISK_FULL', 'the disk quota is used up', 'free some space, or write to another disk'],
  EFBIG: ['OUTPUT_DISK_FULL', 'the file is larger than the file system or a limit of the process allows'],
  EROFS: ['OUTPUT_NOT_WRITABLE', 'the file system is read-only'],
  EACCES: ['OUTPUT_NOT_WRITABLE', 'no permission to write in this folder'],
  EPERM: ['OUTPUT_NOT_WRITABLE', 'no permission to write in this folder'],
  ENAMETOOLONG: ['OUTPUT_NOT_WRITABLE', 'the name is too long'],
  ENOENT: ['OUTPUT_FOLDER_MISSING', 'the folder does not exist'],
  EISDIR: ['OUTPUT_IS_FOLDER', 'expected the name of a file, found a folder'],
};

/** Words a failed write of `path`. Errors that are worded already pass unchanged. */
export function outputError(path: string, error: unknown): unknown {
  if (error instanceof StyleganBlendError) return error;
  const { code: system, message } = error as NodeJS.ErrnoException;
  const [code, words, hint] = KNOWN[system ?? ''] ?? [
    'OUTPUT_FAILED',
    `cannot be written (${system ?? message})`,
  ];
  return new OutputError(code, `${path}: ${words}`, {
    cause: error,
    hint,
  });
}
