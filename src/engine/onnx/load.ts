import { EngineError } from '../../errors.js';
import type { EngineOptions } from '../engine.js';
import { loadFailure } from '../load-failure.js';
import type { OnnxRuntime, OnnxRuntimeName } from './runtime.js';

/** How each build is loaded, only when it is wanted, and which one to use instead. */
const BUILDS = {
  onnxruntime: {
    packageName: 'onnxruntime-node',
    instead: 'onnxruntime-web',
    start: async (options: EngineOptions) => (await import('./runtime-node.js')).nodeRuntime(options),
  },
  'onnxruntime-web': {
    packageName: 'onnxruntime-web',
    instead: 'onnxruntime',
    start: async (options: EngineOptions) => (await import('./runtime-web.js')).webRuntime(options),
  },
} as const;

/**
 * Loads a build of ONNX Runtime.
 * @throws EngineError `ENGINE_NOT_INSTALLED`, `ENGINE_NOT_LOADABLE`, `THREADS_OUT_OF_RANGE`
 */
export async function loadRuntime(
  name: OnnxRuntimeName,
  options: Pick<EngineOptions, 'threads'> = {},
): Promise<OnnxRuntime> {
  return BUILDS[name].start(options).catch((cause: unknown) => {
    throw notLoaded(name, cause);
  });
}

/** What it means that a build does not load, or loads and then does not start. */
export function notLoaded(name: OnnxRuntimeName, cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  const { packageName, instead } = BUILDS[name];
  const { installed, reason } = loadFailure(packageName, cause);
  return installed
    ? new EngineError('ENGINE_NOT_LOADABLE', `engine ${name}: cannot be loaded (${reason})`, {
        hint: `npm rebuild ${packageName}, or use \`engine: ${instead}\`; see docs/engines.md`,
        cause,
      })
    : new EngineError('ENGINE_NOT_INSTALLED', `engine ${name}: ${packageName} is not installed`, {
        hint: `npm install ${packageName}, or use \`engine: ${instead}\`; see docs/engines.md`,
        cause,
      });
}
