import { join } from 'node:path';
import type { CompiledCache } from '../engine/cache/compiled-cache.js';
import { UsageError } from '../errors.js';
import { cacheFolder } from '../models/homes.js';

/** Megabytes that compiled generators may take; 0 keeps none. */
const LIMIT = 'STYLEGAN_BLEND_COMPILED_MB';

/** Where compiled generators are kept. */
export function compiledFolder(): string {
  return join(cacheFolder(), 'compiled');
}

/**
 * The cache of compiled generators, as large as the environment lets it be; undefined for none.
 * @throws UsageError `ENVIRONMENT_MALFORMED`
 */
export function compiledCache(): CompiledCache | undefined {
  const text = process.env[LIMIT] ?? '';
  if (text === '') return { folder: compiledFolder() };
  if (!/^\d+$/.test(text)) {
    throw new UsageError(
      'ENVIRONMENT_MALFORMED',
      `${LIMIT}: expected a whole number of megabytes, found ${JSON.stringify(text)}`,
    );
  }
  return Number(text) === 0 ? undefined : { folder: compiledFolder(), limitBytes: Number(text) * 2 ** 20 };
}
