import { createRequire } from 'node:module';
import type { Device } from '../engine.js';
import type { Import, TfjsPackage } from './options.js';
import type { Machine, TensorFlow } from './tensorflow.js';

/** The fastest first: the first one that is installed and works is taken. */
export const TFJS_PACKAGES: readonly TfjsPackage[] = [
  {
    name: '@tensorflow/tfjs-node-gpu',
    backend: 'tensorflow',
    native: true,
    purpose: 'NVIDIA graphics cards with CUDA 11, on Linux and Windows',
  },
  { name: '@tensorflow/tfjs-node', backend: 'tensorflow', native: true, purpose: 'the processor, natively' },
  {
    name: '@tensorflow/tfjs-backend-wasm',
    backend: 'wasm',
    native: false,
    purpose: 'any processor, in WebAssembly, one thread',
  },
  {
    name: '@tensorflow/tfjs-backend-cpu',
    backend: 'cpu',
    native: false,
    purpose: 'plain JavaScript: slow, but runs everywhere',
  },
];

const require = createRequire(import.meta.url);

/** All of them are CommonJS. A bundler that sees `import` would put something else in the place of an optional one. */
export const importInstalled: Import = async (name) => require(name);

/** A backend that has been loaded. */
export interface LoadedBackend extends Machine {
  readonly version: string;
  readonly device: Device;
}

/** Loads a package and starts its backend; throws whatever goes wrong. */
export async function loadBackend(
  { name, backend, native }: TfjsPackage,
  threads: number | undefined,
  importModule: Import,
): Promise<LoadedBackend> {
  // libtensorflow reads this once, when it starts.
  if (native && threads !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads);
  const tf = native ? ((await importModule(name)) as TensorFlow) : await coreWith(name, importModule);
  // Silences an advertisement for the native packages that would go to stderr.
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`its backend ${backend} does not start`);
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  return {
    tf,
    backend,
    version: tf.version_core ?? 'of unknown version',
    device: isUsingGpuDevice === true ? 'cuda' : 'cpu',
  };
}

async function coreWith(name: string, importModule: Import): Promise<TensorFlow> {
  // First the backend, so that its absence is what is reported rather than that of the core.
  await importModule(name);
  return (await importModule('@tensorflow/tfjs-core')) as TensorFlow;
}
