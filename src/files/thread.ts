import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import * as errors from '../errors.js';
import { PACKAGE_ROOT } from './package-root.js';

/** An error as plain values, for the way from a thread. */
export const threadFailure = z.strictObject({
  /** Its class. */
  kind: z.string(),
  /** Empty for what is no error of ours. */
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
});
export type ThreadFailure = z.infer<typeof threadFailure>;

/**
 * Starts a module of this package on a thread of its own, without the flags of the process.
 * @param module its path below `dist`
 * @param data what it finds as `workerData`; plain values
 */
export function startThread(module: string, data: unknown): Worker {
  return new Worker(new URL(`dist/${module}`, PACKAGE_ROOT), { workerData: data, execArgv: [] });
}

/** In the thread: what is said of an error. */
export function failureOf(error: unknown): ThreadFailure {
  if (error instanceof errors.StyleganBlendError) {
    const { name: kind, code, message, hint } = error;
    return { kind, code, message, ...(hint === undefined ? {} : { hint }) };
  }
  const { name: kind = 'Error', stack = String(error) } = Object(error) as Partial<Error>;
  return { kind, code: '', message: stack };
}

const KINDS = {
  UsageError: errors.UsageError,
  InputFileError: errors.InputFileError,
  OutputError: errors.OutputError,
  EngineError: errors.EngineError,
  PartialError: errors.PartialError,
} as const;

/** An error as it was before it came from a thread. */
export function revived({ kind, code, message, hint }: ThreadFailure): Error {
  if (code === 'ABORTED') return new errors.AbortedError(message);
  const Kind = Object.hasOwn(KINDS, kind) ? KINDS[kind as keyof typeof KINDS] : undefined;
  return code === '' || Kind === undefined ? new Error(message) : new Kind(code, message, { hint });
}
