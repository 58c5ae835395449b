import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { InputFileError } from '../errors.js';
import { BUILT_IN_MODELS } from './built-in.js';
import type { KnownModel } from './entry.js';
import { manifestPath } from './homes.js';
import { checkManifest, MANIFEST_VERSION, type Manifest } from './manifest-schema.js';

/** An entry takes some 300 bytes. What is larger than this is no manifest, and is not parsed. */
const MAX_BYTES = 1 << 20;

/**
 * Every model that has a name, the user's on top of the built-in ones, in this order: built-in, then user.
 * Synchronous and small, because a name is looked up whenever a command starts.
 *
 * @throws InputFileError `MANIFEST_MALFORMED`, `MANIFEST_VERSION`, `MANIFEST_TOO_LARGE`, `FILE_UNREADABLE`
 */
export function knownModels(): ReadonlyMap<string, KnownModel> {
  const models = new Map<string, KnownModel>();
  for (const [name, entry] of Object.entries(BUILT_IN_MODELS)) {
    models.set(name, { ...entry, name, origin: 'built-in' });
  }
  for (const [name, entry] of Object.entries(readManifest().models)) {
    // A file that was downloaded by hand for a built-in name still is what the built-in entry says.
    const builtIn = models.get(name);
    const about = builtIn?.page === undefined ? undefined : builtIn;
    // And weights that another part of the program asks for by name are weights, whatever stands there.
    const use = builtIn?.kind === 'weights' ? { kind: builtIn.kind, needs: builtIn.needs } : {};
    models.set(name, { ...about, ...entry, ...use, page: undefined, name, origin: 'user' });
  }
  return models;
}

/** The user's manifest; one without models where there is no file. @throws InputFileError as {@link knownModels} */
export function readManifest(): Manifest {
  const path = manifestPath();
  const text = readText(path);
  if (text === undefined) return { version: MANIFEST_VERSION, models: {} };
  return checkManifest(path, parse(path, text));
}

function parse(path: string, text: string): unknown {
  try {
    // Some editors put a byte order mark in front.
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    // The parser's own message quotes the text, line breaks and all.
    throw new InputFileError('MANIFEST_MALFORMED', `${path}: expected JSON, found something else`, {
      hint: 'correct the file, or move it away and add the models again; docs/models.md describes it',
      cause,
    });
  }
}

function readText(path: string): string | undefined {
  let file: number | undefined;
  try {
    // Not blocking: opening a pipe that nobody writes to would wait for ever.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new InputFileError('FILE_UNREADABLE', `${path}: expected a regular file`);
    if (stats.size > MAX_BYTES) {
      throw new InputFileError(
        'MANIFEST_TOO_LARGE',
        `${path}: expected a manifest of at most ${MAX_BYTES} bytes, found ${stats.size}`,
      );
    }
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof InputFileError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new InputFileError('FILE_UNREADABLE', `${path}: cannot be read (${code ?? message})`, { cause });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
