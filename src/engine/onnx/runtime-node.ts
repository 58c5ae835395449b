import { rename } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import { DEVICES, type Device, type EngineOptions } from '../engine.js';
import { threadsOf } from '../threads.js';
import { hasProviderLibrary } from './provider-library.js';
import type { OnnxRuntime } from './runtime.js';

// The library writes to stderr on its own; what matters comes as an exception as well.
ort.env.logLevel = 'fatal';

const VERSION = ort.env.versions.node ?? ort.env.versions.common;

/** What ONNX Runtime calls a device. */
const PROVIDERS: Readonly<Record<Device, string>> = {
  cpu: 'cpu',
  webgpu: 'webgpu',
  cuda: 'cuda',
  directml: 'dml',
  coreml: 'coreml',
};

/**
 * ONNX Runtime's native library, with all its execution providers.
 * @throws EngineError `THREADS_OUT_OF_RANGE`
 */
export function nodeRuntime(options: Pick<EngineOptions, 'threads'>): OnnxRuntime {
  const threads = threadsOf(options);
  const backends = ort.listSupportedBackends().map(({ name }) => name);
  const devices = DEVICES.filter((device) => backends.includes(PROVIDERS[device]));
  return {
    name: 'onnxruntime',
    title: `ONNX Runtime ${VERSION}`,
    threads,
    notices: [],
    devices,
    // CUDA is listed by every build for some systems, whether its library is there or not. WebGPU is in every build
    // and may turn out to be a software device slower than the processor: it is left to those who ask for it.
    preferred: () => (devices.includes('cuda') && hasProviderLibrary('cuda') ? ['cuda'] : []),
    takesWeightsApart: false,
    Tensor: ort.Tensor,
    blockSize: async () => (await import('./block-size.js')).blockSize(),
    open: (model, device) =>
      'path' in model
        ? // It was optimised when it was kept.
          ort.InferenceSession.create(model.path, {
            ...sessionOptions(device, threads),
            graphOptimizationLevel: 'disabled',
          })
        : ort.InferenceSession.create(model.bytes, sessionOptions(device, threads)),
    // Opening it again then takes half of the time.
    async optimise(path) {
      const optimised = `${path}.optimised`;
      const options = { ...sessionOptions('cpu', threads), optimizedModelFilePath: optimised };
      await (await ort.InferenceSession.create(path, options)).release();
      await rename(optimised, path);
    },
  };
}

function sessionOptions(device: Device, threads: number): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [PROVIDERS[device], 'cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    // With a memory pattern the first two runs each page in fresh memory for everything: seconds at 1024 px.
    enableMemPattern: false,
    logSeverityLevel: 4,
  };
}
