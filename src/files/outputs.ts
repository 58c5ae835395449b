import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OutputError, StyleganBlendError, UsageError } from '../errors.js';
import { checkWritable } from './atomic-write.js';
import { requireOther } from './file-identity.js';
import { outputError } from './output-errors.js';

export interface OutputChecks {
  readonly force?: boolean | undefined;
  /** Files that are read; none of them is ever written to, `force` or not. */
  readonly inputs?: readonly string[];
}

/**
 * Makes sure, before any long work, that a file can be written.
 * @throws UsageError `OUTPUT_IS_INPUT`; OutputError as `checkWritable`
 */
export async function checkOutput(path: string, { force, inputs = [] }: OutputChecks): Promise<void> {
  for (const input of inputs) await requireOther(path, input);
  await checkWritable(path, { force });
}

/** Makes sure that two outputs of one run are not the same file. */
export function requireDistinct(outputs: readonly string[]): void {
  const seen = new Set<string>();
  for (const path of outputs) {
    if (seen.has(resolve(path))) {
      throw new UsageError('OUTPUTS_COLLIDE', `${path}: two results would be written to this file`);
    }
    seen.add(resolve(path));
  }
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

/** Makes a folder with those that lead to it; no harm where it is there. Only done when there is something to write. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' || code === 'ENOTDIR' ? notAFolder(path, path) : outputError(path, error);
  }
}

/** Whether `--out` means a folder: it is one, or is spelt like one. */
export async function isFolder(path: string): Promise<boolean> {
  if (/[/\\]$/.test(path)) return true;
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/** Whether `error` says that nothing more can be written here, so that going on would be in vain. */
export function isFatalForOutput(error: unknown): boolean {
  return (
    error instanceof StyleganBlendError && error instanceof OutputError && error.code !== 'OUTPUT_EXISTS'
  );
}

function notAFolder(path: string, found: string): OutputError {
  const where = resolve(path) === resolve(found) ? '' : ` at ${found}`;
  return new OutputError('OUTPUT_NOT_A_FOLDER', `${path}: expected a folder, found a file${where}`);
}
