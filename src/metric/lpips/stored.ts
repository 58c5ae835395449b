import { existsSync } from 'node:fs';
import { InputFileError } from '../../errors.js';
import { cachedPath } from '../../models/cache.js';
import { knownModels } from '../../models/manifest.js';
import type { LpipsFiles } from './load.js';
import type { LpipsName } from './names.js';

/**
 * Where the files of a metric are on this machine; undefined where they are not all here. Opens nothing but the
 * manifest.
 */
export function storedLpips(name: LpipsName): LpipsFiles | undefined {
  const [lin, trunk] = namesOf(name).map(fileOf);
  return lin === undefined || trunk === undefined ? undefined : { lin, trunk };
}

/** @throws InputFileError `WEIGHTS_NOT_PULLED` with the command that gets them */
export function requireStoredLpips(name: LpipsName): LpipsFiles {
  const files = storedLpips(name);
  if (files !== undefined) return files;
  const absent = namesOf(name).filter((model) => fileOf(model) === undefined);
  throw new InputFileError(
    'WEIGHTS_NOT_PULLED',
    `${name}: its weights are not on this machine (${absent.join(', ')})`,
    { hint: `blend models pull ${name}; for files that you have: blend models add ${absent[0]} PATH` },
  );
}

/** Of the metric's own weights, and of its trunk. */
function namesOf(name: LpipsName): string[] {
  return [name, ...(knownModels().get(name)?.needs ?? [])];
}

function fileOf(name: string): string | undefined {
  const model = knownModels().get(name);
  const path = model && (model.path ?? cachedPath(model));
  return path !== undefined && existsSync(path) ? path : undefined;
}
