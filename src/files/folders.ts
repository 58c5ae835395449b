import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OutputError } from '../errors.js';
import { outputError } from './output-errors.js';

/** Whether a folder is there. */
export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/** Whether a path means a folder: it is one, or is spelt like one. */
export async function meansFolder(path: string): Promise<boolean> {
  return /[/\\]$/.test(path) || isFolder(path);
}

/**
 * Makes sure that a folder can be written to, or can be made.
 * @throws OutputError `OUTPUT_NOT_A_FOLDER`, `OUTPUT_NOT_WRITABLE`
 */
export async function checkFolder(path: string): Promise<void> {
  let folder = resolve(path);
  for (;;) {
    const stats = await stat(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw outputError(path, error);
    });
    if (stats?.isDirectory()) break;
    if (stats !== undefined) throw notAFolder(path, folder);
    folder = dirname(folder);
  }
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw outputError(path, error);
  }
}

/**
 * Makes a folder with those that lead to it; no harm where it is there. Only done when there is something to write.
 * @throws OutputError `OUTPUT_NOT_A_FOLDER`, `OUTPUT_NOT_WRITABLE`
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' || code === 'ENOTDIR' ? notAFolder(path, path) : outputError(path, error);
  }
}

function notAFolder(path: string, found: string): OutputError {
  const where = resolve(path) === resolve(found) ? '' : ` at ${found}`;
  return new OutputError('OUTPUT_NOT_A_FOLDER', `${path}: expected a folder, found a file${where}`);
}
