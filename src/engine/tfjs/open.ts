import { EngineError } from '../../errors.js';
import { built, type Engine, type EngineOptions } from '../engine.js';
import { type LoadFailure, loadFailure } from '../load-failure.js';
import { probe } from '../probe.js';
import { threadsOf } from '../threads.js';
import { compile } from './executable.js';
import type { TfjsOptions, TfjsPackage } from './options.js';
import { importInstalled, type LoadedBackend, loadBackend, TFJS_PACKAGES } from './packages.js';

interface Failure extends LoadFailure {
  readonly name: string;
  readonly cause?: unknown;
}

/**
 * TensorFlow.js with the first of its packages that is installed and works. Those that are installed but do not
 * work are told in `notices`.
 * @throws EngineError `ENGINE_NOT_INSTALLED`, `ENGINE_NOT_LOADABLE`, `DEVICE_MISSING`
 */
export async function openTfjs(options: TfjsOptions = {}): Promise<Engine> {
  const { packages = TFJS_PACKAGES, importModule = importInstalled, device = 'auto' } = options;
  // Checks the number even where nothing comes of it.
  const threads = options.threads === undefined ? undefined : threadsOf(options);
  const failures: Failure[] = [];
  for (const candidate of packages) {
    try {
      const loaded = await loadBackend(candidate, threads, importModule);
      if (device !== 'auto' && device !== loaded.device) {
        failures.push({ name: candidate.name, installed: true, reason: `it computes on ${loaded.device}` });
        continue;
      }
      const broken = failures.filter(({ installed }) => installed);
      const engine = engineWith(candidate, loaded, [
        ...broken.map(({ name, reason }) => `${name} is installed but not used: ${reason}`),
        ...noticesOf(candidate, loaded),
      ]);
      // Loading says little: on Node 23 and later the native packages load and then fail at everything.
      await probe(engine);
      return engine;
    } catch (error) {
      failures.push({ name: candidate.name, cause: error, ...loadFailure(candidate.name, error) });
    }
  }
  throw nothingWorks(failures, device);
}

function engineWith({ name }: TfjsPackage, loaded: LoadedBackend, notices: readonly string[]): Engine {
  const { version, device } = loaded;
  return {
    name: 'tfjs',
    device,
    description: `TensorFlow.js ${version}, ${name}, ${device}`,
    notices,
    half: false,
    keeps: false,
    compile: async (what) => compile(loaded, name, await built(what)),
  };
}

function noticesOf({ name }: TfjsPackage, { device }: LoadedBackend): string[] {
  const isIdle = name.endsWith('-gpu') && device === 'cpu';
  return isIdle ? [`${name} finds no CUDA device and computes on the processor`] : [];
}

function nothingWorks(failures: readonly Failure[], device: EngineOptions['device']): EngineError {
  const broken = failures.filter(({ installed }) => installed);
  const tried = broken.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  const hint = `npm install ${failures[0]!.name}, or use \`engine: onnxruntime\`; see docs/engines.md`;
  if (device === 'webgpu' || device === 'cuda') {
    const what = `device ${device}: no package of TensorFlow.js that is installed computes on it`;
    return new EngineError('DEVICE_MISSING', tried === '' ? what : `${what} (${tried})`, {
      hint: 'use `device: cpu`, or `device: auto` to take the best device there is',
    });
  }
  if (broken.length === 0) {
    const names = failures.map(({ name }) => name).join(', ');
    return new EngineError('ENGINE_NOT_INSTALLED', `engine tfjs: none of ${names} is installed`, { hint });
  }
  return new EngineError('ENGINE_NOT_LOADABLE', `engine tfjs: cannot be used (${tried})`, {
    hint,
    cause: broken[0]!.cause,
  });
}
