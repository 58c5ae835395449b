import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closest, distance } from 'fastest-levenshtein';
import { UsageError } from '../errors.js';
import type { Checkpoint } from './checkpoint.js';
import { type OpenOptions, openCheckpoint } from './open.js';

/** Generators that come with the package; `fixtures/generators/README.md` says what they show and whom to credit. */
export const BUNDLED_MODELS: readonly string[] = ['toonhead', 'pixelart', 'dylan'];

/** Both `src/checkpoint` and `dist/checkpoint` lie two levels below the root of the package. */
const BUNDLED_FOLDER = new URL('../../fixtures/generators/', import.meta.url);

/** A spelling with more differences than this is no slip of the finger. */
const MAX_SLIPS = 3;

export interface ModelLocation {
  /** As short as it can be said: for labels and names of output files. */
  readonly name: string;
  readonly path: string;
}

/**
 * Finds the file that a name or path means. A bundled name is what it says even where a file is called the same;
 * that file is reached by a path, `./toonhead`.
 *
 * @throws UsageError `UNKNOWN_MODEL` for a bare word that is neither
 */
export function resolveModel(nameOrPath: string): ModelLocation {
  const name = modelLabel(nameOrPath);
  if (BUNDLED_MODELS.includes(nameOrPath)) {
    return { name, path: fileURLToPath(new URL(`${nameOrPath}.safetensors`, BUNDLED_FOLDER)) };
  }
  // A path that leads nowhere is reported when it is opened; only a word can be a misspelt name.
  const isPath = /[/\\.]/.test(nameOrPath);
  if (isPath || existsSync(nameOrPath)) return { name, path: nameOrPath };
  throw unknownModel(nameOrPath);
}

/** A model's name without folders and extension. */
export function modelLabel(nameOrPath: string): string {
  const base = basename(nameOrPath);
  return base.slice(0, base.length - extname(base).length) || base;
}

/**
 * Opens a bundled generator or a file.
 *
 * @throws UsageError `UNKNOWN_MODEL`; InputFileError as `openCheckpoint`
 */
export async function openModel(nameOrPath: string, options: OpenOptions = {}): Promise<Checkpoint> {
  return openCheckpoint(resolveModel(nameOrPath).path, options);
}

function unknownModel(name: string): UsageError {
  const nearest = closest(name.toLowerCase(), [...BUNDLED_MODELS]);
  const isSlip = distance(name.toLowerCase(), nearest) <= MAX_SLIPS;
  const known = `known names are ${BUNDLED_MODELS.join(', ')}; anything else is a path to a file`;
  return new UsageError('UNKNOWN_MODEL', `no generator or file is called ${name}`, {
    hint: isSlip ? `did you mean ${nearest}? ${known}` : known,
  });
}
