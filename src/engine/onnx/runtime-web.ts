import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-web';
import { EngineError } from '../../errors.js';
import { WEIGHTS_FILE } from '../cache/compiled-cache.js';
import type { EngineOptions } from '../engine.js';
import { threadsOf } from '../threads.js';
import type { OnnxModel, OnnxRuntime } from './runtime.js';

// The library writes to stderr on its own; what matters comes as an exception as well.
ort.env.logLevel = 'fatal';

const VERSION = ort.env.versions.web ?? ort.env.versions.common;

/** The WebAssembly module is one for the whole process, with as many threads as it was started with. */
let started: number | undefined;

/**
 * ONNX Runtime in WebAssembly, which runs wherever Node does; its module lies in the package of onnxruntime-web.
 * Where it runs already, it keeps its threads, and says so.
 * @throws EngineError `THREADS_OUT_OF_RANGE`
 */
export function webRuntime(options: Pick<EngineOptions, 'threads'>): OnnxRuntime {
  const wanted = threadsOf(options);
  started ??= wanted;
  const threads = started;
  ort.env.wasm.numThreads = threads;
  const differs = options.threads !== undefined && wanted !== threads;
  return {
    name: 'onnxruntime-web',
    title: `ONNX Runtime ${VERSION} in WebAssembly`,
    threads,
    notices: differs
      ? [`WebAssembly was started with ${threads} threads in this process and keeps them`]
      : [],
    devices: ['cpu'],
    preferred: () => [],
    // Otherwise they lie in its memory twice until it has read them, and WebAssembly gives no memory back.
    takesWeightsApart: true,
    Tensor: ort.Tensor,
    // Its convolutions have no layout of their own.
    blockSize: async () => undefined,
    open,
  };
}

async function open(model: OnnxModel): ReturnType<OnnxRuntime['open']> {
  const { bytes, weights } = 'path' in model ? await kept(model.path) : model;
  const externalData = weights && [{ path: WEIGHTS_FILE, data: weights }];
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    enableMemPattern: false,
    logSeverityLevel: 4,
    externalData,
  }).catch(explain);
  return { run: (feeds) => session.run(feeds).catch(explain), release: () => session.release() };
}

/** It has no files: what was kept is read for it. */
async function kept(path: string): Promise<{ bytes: Uint8Array; weights: Uint8Array }> {
  const [bytes, weights] = await Promise.all([readFile(path), readFile(join(dirname(path), WEIGHTS_FILE))]);
  return { bytes, weights };
}

/** What it says where something does not fit into its memory, or is larger than it can count. */
const OUT_OF_MEMORY = /bad_alloc|allocate a buffer|SafeIntOnOverflow/;

/** Its error, as one of ours where its memory does not suffice. */
function explain(error: unknown): never {
  if (!OUT_OF_MEMORY.test(String((error as Error).message))) throw error;
  throw new EngineError(
    'ENGINE_OUT_OF_MEMORY',
    'engine onnxruntime-web: expected to need at most the 4 GB that WebAssembly has, found that it needs more',
    { hint: 'npm install onnxruntime-node, which has all memory of the machine', cause: error },
  );
}
