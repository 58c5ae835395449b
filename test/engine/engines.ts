import { type Engine, openEngine } from '../../src/engine/index.js';
import { openTfjs } from '../../src/engine/tfjs/open.js';
import type { TfjsPackage } from '../../src/engine/tfjs/options.js';
import { importInstalled } from '../../src/engine/tfjs/packages.js';

/** Every engine that a plain installation for development has, by name. */
export const ENGINES_HERE: readonly [name: string, open: () => Promise<Engine>][] = [
  ['onnxruntime', () => openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 2 })],
  ['onnxruntime-web', () => openEngine({ engine: 'onnxruntime-web', threads: 2 })],
  ['tfjs wasm', () => openTfjsBackend('wasm')],
  ['tfjs cpu', () => openTfjsBackend('cpu')],
];

/** Both builds of ONNX Runtime: natively, and in WebAssembly. */
export const ONNX_ENGINES = ENGINES_HERE.slice(0, 2);

/**
 * The engine for TensorFlow.js with a backend that can be installed without a download, in the place of the native
 * ones that it is for.
 */
export function openTfjsBackend(backend: 'wasm' | 'cpu'): Promise<Engine> {
  return openTfjs({ packages: [portable(backend)], importModule: importPortable });
}

export function portable(backend: 'wasm' | 'cpu'): TfjsPackage {
  return { name: `@tensorflow/tfjs-backend-${backend}`, backend, purpose: 'tests' };
}

/** These packages add their backend to the core, and do not bring it with them. */
export async function importPortable(name: string): Promise<unknown> {
  await importInstalled(name);
  return importInstalled('@tensorflow/tfjs-core');
}
