import { EngineError, throwIfAborted } from '../errors.js';
import { ENGINES, type Engine, type EngineName, type EngineOptions } from './engine.js';
import type { OnnxRuntimeName } from './onnx/runtime.js';

export * from './engine.js';
export { keptValues } from './kept-values.js';

/** Failures of one engine that another one may be spared. */
const UNUSABLE = new Set(['ENGINE_NOT_INSTALLED', 'ENGINE_NOT_LOADABLE', 'DEVICE_MISSING']);

/**
 * Opens the engine that computes everything. Its libraries are only loaded now. An engine or a device that is named
 * is taken or refused; only `auto` looks further, and `notices` of what it found says so.
 * @throws EngineError `ENGINE_NOT_INSTALLED`, `ENGINE_NOT_LOADABLE`, `DEVICE_MISSING`, `THREADS_OUT_OF_RANGE`,
 *   `HALF_MISSING`; AbortedError
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  throwIfAborted(options.signal);
  const { engine: name = 'auto' } = options;
  const engine = await (name === 'auto' ? openAny(options) : openers[name](options));
  throwIfAborted(options.signal);
  if (options.half !== true) return engine;
  const { withHalves } = await import('./half.js');
  return withHalves(engine, options.fallBack ?? false);
}

/** The first one that can be used, with the reasons why not the ones before. */
async function openAny(options: EngineOptions): Promise<Engine> {
  const failures: EngineError[] = [];
  for (const name of ENGINES) {
    try {
      const engine = await openers[name](options);
      if (failures.length === 0) return engine;
      const reasons = failures.map(({ message }) => message).join('; ');
      const slower = name === 'onnxruntime-web' ? ', which is slower' : '';
      const notice = `${reasons}; ${engine.description} takes its place${slower}`;
      return { ...engine, notices: [notice, ...engine.notices] };
    } catch (error) {
      if (!(error instanceof EngineError && UNUSABLE.has(error.code))) throw error;
      failures.push(error);
    }
  }
  throw failures[0]!;
}

type Opener = (options: EngineOptions) => Promise<Engine>;

const openers: Readonly<Record<EngineName, Opener>> = {
  onnxruntime: (options) => openRuntime('onnxruntime', options),
  async 'onnxruntime-web'(options) {
    const engine = await openRuntime('onnxruntime-web', options);
    const [{ probe }, { notLoaded }] = await Promise.all([import('./probe.js'), import('./onnx/load.js')]);
    // Loading says little: its WebAssembly is only compiled for the first program.
    await probe(engine).catch((cause: unknown) => {
      throw notLoaded('onnxruntime-web', cause);
    });
    return engine;
  },
  async tfjs(options) {
    const { openTfjs } = await import('./tfjs/open.js');
    return openTfjs(options);
  },
};

async function openRuntime(name: OnnxRuntimeName, options: EngineOptions): Promise<Engine> {
  const [{ loadRuntime }, { openOnnx }] = await Promise.all([
    import('./onnx/load.js'),
    import('./onnx/engine.js'),
  ]);
  return openOnnx(await loadRuntime(name, options), options);
}
