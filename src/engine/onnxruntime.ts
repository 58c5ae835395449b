import { rename } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import { EngineError } from '../errors.js';
import { constant, type Program, program, scale } from '../graph/index.js';
import type { OnnxOptions } from '../graph/onnx/lower.js';
import {
  type CompiledCache,
  findCompiled,
  forgetCompiled,
  keepCompiled,
  WEIGHTS_FILE,
} from './cache/compiled-cache.js';
import { compiledKey } from './cache/key.js';
import {
  built,
  type Device,
  type Engine,
  type EngineOptions,
  type Executable,
  type ProgramRecipe,
  type Values,
} from './engine.js';
import { feedsOf } from './feeds.js';
import { runtimeReason } from './load-failure.js';
import { hasProviderLibrary } from './provider-library.js';
import { threadsOf } from './threads.js';

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

/** The default engine: ONNX Runtime's native library with the execution provider of the device. */
export async function openOnnxRuntime(options: EngineOptions = {}): Promise<Engine> {
  const threads = threadsOf(options);
  const { device = 'auto', cache, fallBack = false } = options;
  const target = (chosen: Device): Target => ({ device: chosen, threads, cache });
  if (device === 'cpu') return engineOn(target('cpu'));
  if (device !== 'auto') {
    try {
      await requireDevice(device, threads);
    } catch (error) {
      if (!(fallBack && error instanceof EngineError)) throw error;
      return engineOn(target('cpu'), [`${error.message}; computing on the processor instead`]);
    }
    return engineOn(target(device));
  }
  // CUDA is listed by every build for some systems, whether its library is there or not. WebGPU is in every build and
  // may turn out to be a software device slower than the processor, so `auto` leaves it to those who ask for it.
  if (listed('cuda') && hasProviderLibrary('cuda')) {
    const works = await requireDevice('cuda', threads).then(
      () => true,
      () => false,
    );
    if (works) return engineOn(target('cuda'));
  }
  return engineOn(target('cpu'));
}

function engineOn(target: Target, notices: readonly string[] = []): Engine {
  const { device, threads } = target;
  return {
    name: 'onnxruntime',
    device,
    description: `ONNX Runtime ${VERSION}, ${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    notices,
    half: false,
    keeps: keeps(target),
    compile: (what) => compile(what, target),
  };
}

interface Target {
  readonly device: Device;
  readonly threads: number;
  readonly cache?: CompiledCache;
}

function keeps(target: Target): target is Target & { cache: CompiledCache } {
  return target.cache !== undefined && target.device === 'cpu';
}

async function compile(what: Program | ProgramRecipe, target: Target): Promise<Executable> {
  if ('build' in what && keeps(target)) {
    return compileKept(what, target, target.cache);
  }
  const program = await built(what);
  return executable(await modelOf(program, target.device), program.inputs, target);
}

/** A compiled program from the cache, or into it. */
async function compileKept(recipe: ProgramRecipe, target: Target, cache: CompiledCache): Promise<Executable> {
  const key = compiledKey(recipe.key, `onnxruntime ${VERSION}`);
  const kept = await findCompiled(cache, key);
  if (kept !== undefined) {
    const opened = executable(kept.modelPath, kept.inputs, target).catch(() => undefined);
    const [prepared, isWhole] = await Promise.all([opened, kept.isWhole]);
    if (isWhole && prepared !== undefined) return prepared;
    await prepared?.dispose();
    await forgetCompiled(cache, key);
  }
  const program = await recipe.build();
  const weights = { location: WEIGHTS_FILE, parts: [] };
  const entry = await keepCompiled(cache, key, {
    model: await modelOf(program, target.device, { weights }),
    weights: weights.parts,
    inputs: program.inputs,
    optimise: (path) => optimise(path, target),
  });
  // Another process may delete it at any time; nothing in the cache is needed.
  const opened = entry && (await executable(entry.modelPath, entry.inputs, target).catch(() => undefined));
  return opened ?? executable(await modelOf(program, target.device), program.inputs, target);
}

/** Writes a program as ONNX. What that takes is only loaded now: a program that is kept needs none of it. */
async function modelOf(what: Program, device: Device, options: OnnxOptions = {}): Promise<Uint8Array> {
  const hasMaps = what.nodes.some(({ kind }) => kind === 'conv2d' || kind === 'convTranspose2d');
  const { blockSize } = await import('./block-size.js');
  const block = device === 'cpu' && hasMaps ? await blockSize() : undefined;
  if (block === undefined) {
    const { toOnnx } = await import('../graph/onnx/lower.js');
    return toOnnx(what, { halves: device !== 'cpu', ...options });
  }
  return (await import('../graph/onnx/blocked/lower.js')).toBlockedOnnx(what, block, options);
}

/** @param model its bytes; or the path of one that is optimised already */
async function executable(
  model: Uint8Array | string,
  inputs: Program['inputs'],
  target: Target,
): Promise<Executable> {
  const session = await (typeof model === 'string'
    ? ort.InferenceSession.create(model, { ...sessionOptions(target), graphOptimizationLevel: 'disabled' })
    : ort.InferenceSession.create(model, sessionOptions(target)));
  return {
    run: (feeds) => run(session, inputs, feeds),
    dispose: () => session.release(),
    [Symbol.asyncDispose]: () => session.release(),
  };
}

/** Puts what the runtime makes of a model in its place, so that opening it again takes half of the time. */
async function optimise(path: string, target: Target): Promise<void> {
  const optimised = `${path}.optimised`;
  const options = { ...sessionOptions(target), optimizedModelFilePath: optimised };
  await (await ort.InferenceSession.create(path, options)).release();
  await rename(optimised, path);
}

function sessionOptions({ device, threads }: Target): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [PROVIDERS[device], 'cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
    // With a memory pattern the first two runs each page in fresh memory for everything: seconds at 1024 px.
    enableMemPattern: false,
    logSeverityLevel: 4,
  };
}

async function run(
  session: ort.InferenceSession,
  inputs: Program['inputs'],
  values: Values,
): Promise<Record<string, Float32Array>> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const { name, shape, values: numbers } of feedsOf({ inputs }, values)) {
    feeds[name] = new ort.Tensor('float32', numbers, shape);
  }
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]),
  );
}

function listed(device: Device): boolean {
  return ort.listSupportedBackends().some((backend) => backend.name === PROVIDERS[device]);
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
    await using probe = await compile(program({ y: scale(constant([1, 2], [2]), 2) }), { device, threads });
    await probe.run({});
  } catch (cause) {
    const reason = runtimeReason(cause);
    throw new EngineError('DEVICE_MISSING', `device ${device}: cannot be used on this machine (${reason})`, {
      hint,
      cause,
    });
  }
}
