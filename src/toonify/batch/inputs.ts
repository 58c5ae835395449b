import { readdir, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InputFileError, throwIfAborted } from '../../errors.js';
import { isFolder } from '../../files/folders.js';
import { STATE_SUFFIX } from '../../project/search.js';

/** A file to toonify. */
export interface Input {
  readonly path: string;
  /** Folders and name below the folder that was given; only the name for a picture that was given itself. */
  readonly relative: string;
  /** The folder that was given and has it; absent for a picture that was given itself. */
  readonly folder?: string;
  /** Why nothing in it can be taken: of a folder that cannot be read. */
  readonly error?: InputFileError;
}

export interface ListOptions {
  readonly recursive: boolean;
  /** Folders that results go to: what is in them is no input. And files that are none. */
  readonly except: readonly string[];
  readonly signal?: AbortSignal;
}

/** Names of the journal and of the report that a batch leaves beside its results. */
export const JOURNAL_NAME = 'toonify.jsonl';
export const REPORT_NAME = 'report.html';

/** With the lock of the journal, which is there while the folder is looked through. */
const NO_PICTURES = new Set([JOURNAL_NAME, `${JOURNAL_NAME}.lock`, REPORT_NAME]);

/** Deeper than any collection of pictures. */
const MAX_DEPTH = 64;

/**
 * The files that pictures and folders mean, in a stable order, each once. Whether they are pictures shows when they
 * are read. Hidden files are left out; a folder that cannot be read is in the list with its error.
 */
export async function listInputs(paths: readonly string[], options: ListOptions): Promise<Input[]> {
  const found: Input[] = [];
  const excluded = new Set(await Promise.all(options.except.map(identity)));
  // Folders are known by where they really are: a link to a folder above would go round for ever.
  const visited = new Set<string>();
  for (const path of paths) {
    if (await isFolder(path))
      await listFolder({ root: path, path, below: '', depth: 0 }, options, { visited, excluded }, found);
    else found.push({ path, relative: basename(path) });
  }
  const seen = new Set<string>();
  const unique: Input[] = [];
  for (const input of found) {
    const id = await identity(input.path);
    if (seen.has(id) || (input.folder !== undefined && excluded.has(id) && input.error === undefined))
      continue;
    seen.add(id);
    unique.push(input);
  }
  return unique;
}

async function listFolder(
  at: { root: string; path: string; below: string; depth: number },
  options: ListOptions,
  folders: { readonly visited: Set<string>; readonly excluded: ReadonlySet<string> },
  found: Input[],
): Promise<void> {
  throwIfAborted(options.signal);
  const id = await identity(at.path);
  // A folder that was given itself is meant, even where results go there too.
  const isExcluded = at.depth > 0 && folders.excluded.has(id);
  if (folders.visited.has(id) || isExcluded || at.depth > MAX_DEPTH) return;
  folders.visited.add(id);
  const names = await readdir(at.path).catch((cause: NodeJS.ErrnoException) => {
    const relative = at.below === '' ? basename(at.path) : at.below;
    found.push({ path: at.path, relative, folder: at.root, error: unreadableFolder(at.path, cause) });
    return [];
  });
  for (const name of names.sort()) {
    if (name.startsWith('.') || name.endsWith(STATE_SUFFIX) || NO_PICTURES.has(name)) continue;
    const path = join(at.path, name);
    const below = join(at.below, name);
    if (!(await isFolder(path))) found.push({ path, relative: below, folder: at.root });
    else if (options.recursive)
      await listFolder({ ...at, path, below, depth: at.depth + 1 }, options, folders, found);
  }
}

function unreadableFolder(path: string, cause: NodeJS.ErrnoException): InputFileError {
  const reason = cause.code === 'EACCES' || cause.code === 'EPERM' ? 'permission denied' : cause.code;
  return new InputFileError('FOLDER_UNREADABLE', `${path}: the folder cannot be read (${reason})`, { cause });
}

function identity(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
