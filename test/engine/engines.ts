import { type Engine, openEngine } from '../../src/engine/index.js';
import { openTfjs } from '../../src/engine/tfjs/open.js';
import { TFJS_PACKAGES } from '../../src/engine/tfjs/packages.js';

/** Every engine that a plain installation for development has, by name. */
export const ENGINES_HERE: readonly [name: string, open: () => Promise<Engine>][] = [
  ['onnxruntime', () => openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 2 })],
  ['onnxruntime-web', () => openEngine({ engine: 'onnxruntime-web', threads: 2 })],
  ['tfjs wasm', () => openTfjsBackend('wasm')],
  ['tfjs cpu', () => openTfjsBackend('cpu')],
];

/** Both builds of ONNX Runtime: natively, and in WebAssembly. */
export const ONNX_ENGINES = ENGINES_HERE.slice(0, 2);

/** TensorFlow.js with just this backend. */
export function openTfjsBackend(backend: 'wasm' | 'cpu'): Promise<Engine> {
  return openTfjs({ packages: TFJS_PACKAGES.filter((one) => one.backend === backend) });
}
