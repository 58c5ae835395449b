import { existsSync, statSync } from 'node:fs';
import { AbortedError, StyleganBlendError } from '../errors.js';
import { sha256OfFile } from '../files/sha256.js';
import { BUNDLED_MODELS, bundledPath } from './bundled.js';
import { cachedPath, objectPath, recordOf } from './cache.js';
import type { KnownModel, ModelEntry } from './entry.js';
import { knownModels } from './manifest.js';
import { requireFile, requireKnown } from './resolve.js';

/**
 * bundled: comes with the program; local: a file of the user's; pulled: in the cache; available: can be pulled;
 * by hand: has to be downloaded with a browser; missing: was here and is gone.
 */
export type ModelState = 'bundled' | 'local' | 'pulled' | 'available' | 'by hand' | 'missing';

export interface ModelStatus extends ModelEntry {
  /** What it is asked for by. */
  readonly name: string;
  /** Whether it comes with the program, the program knows where it is, or the user has named it. */
  readonly origin: 'bundled' | 'built-in' | 'user';
  /** Whether its file is here. */
  readonly state: ModelState;
  /** The file, where it is here. */
  readonly file?: string;
  /** Size of the file. */
  readonly bytes?: number;
}

/** Every model that has a name, and whether its file is here. @throws InputFileError as `knownModels` */
export function listModels(): ModelStatus[] {
  const bundled: ModelStatus[] = BUNDLED_MODELS.map((name) => ({
    name,
    origin: 'bundled',
    kind: 'generator',
    state: 'bundled',
    ...fileFacts(bundledPath(name)),
    description: 'comes with the program; credits in fixtures/generators/README.md',
  }));
  return [...bundled, ...[...knownModels().values()].map(statusOf)];
}

export interface Verification {
  /** What the model is asked for by. */
  readonly name: string;
  /** Its file. */
  readonly path: string;
  /** Whether the file is what was recorded. */
  readonly state: 'ok' | 'changed' | 'missing';
  /** As it was recorded or is demanded. */
  readonly expected: string;
  /** Undefined where there is no file that can be read. */
  readonly found: string | undefined;
}

/**
 * Reads the file of one model, or of every model that is here, and compares its hash with the recorded one.
 * @throws UsageError `UNKNOWN_MODEL`; InputFileError `MODEL_NOT_PULLED` where the one that is named is not here;
 *   AbortedError
 */
export async function verifyModels(
  name?: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Verification[]> {
  const models = name === undefined ? [...knownModels().values()] : [requireKnown(name)];
  const results: Verification[] = [];
  for (const model of models) {
    const expected = model.path === undefined ? recordOf(model)?.sha256 : model.sha256;
    const path = model.path ?? (expected === undefined ? undefined : objectPath(expected));
    if (path === undefined) {
      if (name !== undefined) requireFile(model);
      continue;
    }
    const found = await hashOf(path, signal);
    const isOk = found !== undefined && found === (model.sha256 ?? expected ?? found);
    const state = isOk ? 'ok' : found === undefined ? 'missing' : 'changed';
    results.push({ name: model.name, path, state, expected: model.sha256 ?? expected ?? found ?? '', found });
  }
  return results;
}

function statusOf(model: KnownModel): ModelStatus {
  if (model.path !== undefined) {
    return { ...model, state: existsSync(model.path) ? 'local' : 'missing', ...fileFacts(model.path) };
  }
  const path = cachedPath(model);
  if (path !== undefined)
    return { ...model, state: 'pulled', ...fileFacts(path), sha256: recordOf(model)?.sha256 };
  return { ...model, state: model.url === undefined ? 'by hand' : 'available' };
}

function fileFacts(file: string): { file?: string; bytes?: number } {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? {} : { file, bytes: stats.size };
}

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  try {
    return await sha256OfFile(path, { signal });
  } catch (error) {
    if (error instanceof StyleganBlendError && !(error instanceof AbortedError)) return undefined;
    throw error;
  }
}
