import { createRequire } from 'node:module';
import type { Device } from '../engine.js';
import type { Import, TfjsPackage } from './options.js';
import type { Machine, TensorFlow } from './tensorflow.js';

/**
 * The fastest first: the first one that is installed and works is taken. Those in WebAssembly and in plain JavaScript
 * are none of them: ONNX Runtime in WebAssembly is faster.
 */
export const TFJS_PACKAGES: readonly TfjsPackage[] = [
  {
    name: '@tensorflow/tfjs-node-gpu',
    backend: 'tensorflow',
    purpose: 'NVIDIA graphics cards with CUDA 11, on Linux and Windows',
  },
  { name: '@tensorflow/tfjs-node', backend: 'tensorflow', purpose: 'the processor, natively' },
];

const require = createRequire(import.meta.url);

/** Both are CommonJS. A bundler that sees `import` would put something else in the place of an optional one. */
export const importInstalled: Import = async (name) => require(name);

/** A backend that has been loaded. */
export interface LoadedBackend extends Machine {
  readonly version: string;
  readonly device: Device;
}

/** Loads a package and starts its backend; throws whatever goes wrong. */
export async function loadBackend(
  { name, backend }: TfjsPackage,
  threads: number | undefined,
  importModule: Import,
): Promise<LoadedBackend> {
  // libtensorflow reads this once, when it starts.
  if (threads !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] ??= String(threads);
  const tf = (await importModule(name)) as TensorFlow;
  // Keeps it from writing to stderr on its own.
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
