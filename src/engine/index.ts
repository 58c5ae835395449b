import { EngineError, throwIfAborted } from '../errors.js';
import type { Engine, EngineOptions } from './engine.js';
import { loadFailure } from './load-failure.js';

export * from './engine.js';
export { keptValues } from './kept-values.js';

/** Failures of one engine that another one may be spared. */
const UNUSABLE = new Set(['ENGINE_NOT_INSTALLED', 'ENGINE_NOT_LOADABLE', 'DEVICE_MISSING']);

/**
 * Opens the engine that computes everything. Its libraries are only loaded now. An engine or a device that is named
 * is taken or refused; only `auto` looks further, and `notices` of what it found says so.
 * @throws EngineError `ENGINE_NOT_INSTALLED`, `ENGINE_NOT_LOADABLE`, `DEVICE_MISSING`, `THREADS_OUT_OF_RANGE`, `HALF_MISSING`;
 *   AbortedError
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  throwIfAborted(options.signal);
  const engine = await openAny(options);
  throwIfAborted(options.signal);
  if (options.half !== true) return engine;
  const { withHalves } = await import('./half.js');
  return withHalves(engine, options.fallBack ?? false);
}

async function openAny(options: EngineOptions): Promise<Engine> {
  const { engine = 'auto' } = options;
  if (engine === 'onnxruntime') return openDefault(options);
  if (engine === 'tfjs') return openTensorFlow(options);
  try {
    return await openDefault(options);
  } catch (error) {
    if (!(error instanceof EngineError && UNUSABLE.has(error.code))) throw error;
    const other = await openTensorFlow(options).catch(() => {
      throw error;
    });
    return {
      ...other,
      notices: [`${error.message}; ${other.description} takes its place`, ...other.notices],
    };
  }
}

async function openDefault(options: EngineOptions): Promise<Engine> {
  const { openOnnxRuntime } = await import('./onnxruntime.js').catch((cause: unknown) => {
    const { installed, reason } = loadFailure('onnxruntime-node', cause);
    throw installed
      ? new EngineError('ENGINE_NOT_LOADABLE', `engine onnxruntime: cannot be loaded (${reason})`, {
          hint: 'npm rebuild onnxruntime-node, or use --engine tfjs; see docs/engines.md',
          cause,
        })
      : new EngineError('ENGINE_NOT_INSTALLED', 'engine onnxruntime: onnxruntime-node is not installed', {
          hint: 'npm install onnxruntime-node, or use --engine tfjs; see docs/engines.md',
          cause,
        });
  });
  return openOnnxRuntime(options);
}

async function openTensorFlow(options: EngineOptions): Promise<Engine> {
  const { openTfjs } = await import('./tfjs/open.js');
  return openTfjs(options);
}
