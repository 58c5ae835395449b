import { availableParallelism } from 'node:os';
import { EngineError } from '../errors.js';
import type { EngineOptions } from './engine.js';

/** @throws EngineError `THREADS_OUT_OF_RANGE` */
export function threadsOf({ threads = availableParallelism() }: EngineOptions): number {
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new EngineError('THREADS_OUT_OF_RANGE', `threads: expected a whole number from 1, found ${threads}`);
}
