import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { UsageError } from '../errors.js';
import { knownNames, namedFile } from '../models/resolve.js';
import { meant } from '../text/nearest.js';
import type { Checkpoint } from './checkpoint.js';
import { type OpenOptions, openCheckpoint } from './open.js';

export { BUNDLED_MODELS } from '../models/bundled.js';

export interface ModelLocation {
  /** As short as it can be said: for labels and names of output files. */
  readonly name: string;
  readonly path: string;
}

/**
 * Finds the file that a name or path means: a bundled generator, else one of the user's or built-in manifest, else a
 * path. A name is what it says even where a file is called the same; that file is reached by a path, `./toonhead`.
 *
 * @throws UsageError `UNKNOWN_MODEL` for a bare word that is neither, `MODEL_KIND`; InputFileError `MODEL_NOT_PULLED`
 *   where the file of a known name is not on this machine, and where the manifest cannot be read
 */
export function resolveModel(nameOrPath: string): ModelLocation {
  const name = modelLabel(nameOrPath);
  // A path that leads nowhere is reported when it is opened; only a word can be a name, or a misspelt one.
  if (/[/\\.]/.test(nameOrPath)) return { name, path: nameOrPath };
  const path = namedFile(nameOrPath) ?? (existsSync(nameOrPath) ? nameOrPath : undefined);
  if (path !== undefined) return { name, path };
  throw unknownModel(nameOrPath);
}

/** A model's name without folders and extension. */
export function modelLabel(nameOrPath: string): string {
  const base = basename(nameOrPath);
  return base.slice(0, base.length - extname(base).length) || base;
}

/**
 * Opens the generator of that name, or a file.
 *
 * @throws as {@link resolveModel} and `openCheckpoint`
 */
export async function openModel(nameOrPath: string, options: OpenOptions = {}): Promise<Checkpoint> {
  return openCheckpoint(resolveModel(nameOrPath).path, options);
}

function unknownModel(name: string): UsageError {
  const names = knownNames('generator');
  return new UsageError('UNKNOWN_MODEL', `no generator or file is called ${name}`, {
    hint: meant(name, names, `known names are ${names.join(', ')}; anything else is a path to a file`),
  });
}
