import * as ort from 'onnxruntime-node';
import { EngineError } from '../errors.js';
import { constant, type Program, program, scale } from '../graph/index.js';
import { toBlockedOnnx } from '../graph/onnx/blocked/lower.js';
import { toOnnx } from '../graph/onnx/lower.js';
import { blockSize } from './block-size.js';
import type { Device, Engine, EngineOptions, Executable, Values } from './engine.js';
import { feedsOf } from './feeds.js';
import { threadsOf } from './threads.js';

// The library writes to stderr on its own; what matters comes as an exception as well.
ort.env.logLevel = 'fatal';

/** The default engine: ONNX Runtime's native library with the execution provider of the device. */
export async function openOnnxRuntime(options: EngineOptions = {}): Promise<Engine> {
  const threads = threadsOf(options);
  const device = options.device ?? 'auto';
  if (device === 'cpu') return engineOn('cpu', threads);
  if (device !== 'auto') {
    await requireDevice(device, threads);
    return engineOn(device, threads);
  }
  // CUDA is only listed by builds that carry it. WebGPU is in every build and may turn out to be a software
  // device slower than the processor, so `auto` leaves it to those who ask for it.
  if (listed('cuda')) {
    const works = await requireDevice('cuda', threads).then(
      () => true,
      () => false,
    );
    if (works) return engineOn('cuda', threads);
  }
  return engineOn('cpu', threads);
}

function engineOn(device: Device, threads: number): Engine {
  return {
    name: 'onnxruntime',
    device,
    description: `ONNX Runtime ${ort.env.versions.node ?? ort.env.versions.common}, ${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    notices: [],
    compile: (what) => compile(what, device, threads),
  };
}

async function compile(what: Program, device: Device, threads: number): Promise<Executable> {
  const block = device === 'cpu' ? await blockSize() : undefined;
  const model = block === undefined ? toOnnx(what) : toBlockedOnnx(what, block);
  const session = await ort.InferenceSession.create(model, {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    // With a memory pattern the first two runs each page in fresh memory for everything: seconds at 1024 px.
    enableMemPattern: false,
    logSeverityLevel: 4,
  });
  return {
    run: (inputs) => run(session, what, inputs),
    dispose: () => session.release(),
  };
}

async function run(
  session: ort.InferenceSession,
  what: Program,
  inputs: Values,
): Promise<Record<string, Float32Array>> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const { name, shape, values } of feedsOf(what, inputs)) {
    feeds[name] = new ort.Tensor('float32', values, shape);
  }
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]),
  );
}

function listed(device: Device): boolean {
  return ort.listSupportedBackends().some((backend) => backend.name === device);
}

/** Runs one multiplication on the device: that a provider is listed says little about this machine. */
async function requireDevice(device: Device, threads: number): Promise<void> {
  const hint = 'use --device cpu, or --device auto to take the best device there is';
  if (!listed(device)) {
    const names = ort.listSupportedBackends().map((backend) => backend.name);
    throw new EngineError(
      'DEVICE_MISSING',
      `device ${device}: this build of ONNX Runtime has only ${names.join(', ')}`,
      { hint },
    );
  }
  try {
    const probe = await compile(program({ y: scale(constant([1, 2], [2]), 2) }), device, threads);
    await probe.run({});
    await probe.dispose();
  } catch (cause) {
    // Without the place in its source that ONNX Runtime puts in front.
    const reason = String((cause as Error).message)
      .split('\n')[0]!
      .replace(/^\/\S+\/.* was false\. /, '');
    throw new EngineError('DEVICE_MISSING', `device ${device}: cannot be used on this machine (${reason})`, {
      hint,
      cause,
    });
  }
}
