import type { EngineChoice } from '../../app/run/engine.js';
import { compiledCache } from '../compiled-cache.js';

/** Options as the application takes them: `--no-cache` says whether compiled generators are kept, not where. */
export function computing<O extends { readonly cache?: boolean }>(
  options: O,
): Omit<O, 'cache'> & Pick<EngineChoice, 'cache'> {
  return { ...options, cache: options.cache === false ? undefined : compiledCache() };
}
