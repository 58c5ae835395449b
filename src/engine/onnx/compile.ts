import type { Program } from '../../graph/index.js';
import type { OnnxOptions } from '../../graph/onnx/lower.js';
import {
  type CompiledCache,
  findCompiled,
  forgetCompiled,
  keepCompiled,
  WEIGHTS_FILE,
} from '../cache/compiled-cache.js';
import { compiledKey } from '../cache/key.js';
import { built, type Device, type Executable, type ProgramRecipe, type Values } from '../engine.js';
import { feedsOf } from '../feeds.js';
import type { OnnxModel, OnnxRuntime, OnnxSession } from './runtime.js';

/** Where programs run, and where they are kept. */
export interface Target {
  readonly runtime: OnnxRuntime;
  readonly device: Device;
  readonly cache?: CompiledCache;
}

/** Whether programs under keys are kept; those for graphics devices are not. */
export function keeps(target: Target): target is Target & { cache: CompiledCache } {
  return target.cache !== undefined && target.device === 'cpu';
}

/** Prepares a program for being run many times; a recipe's only where its result is not kept already. */
export async function compile(what: Program | ProgramRecipe, target: Target): Promise<Executable> {
  if ('build' in what && keeps(target)) {
    return compileKept(what, target, target.cache);
  }
  const program = await built(what);
  return executable(await modelOf(program, target), program.inputs, target);
}

/** A compiled program from the cache, or into it. */
async function compileKept(recipe: ProgramRecipe, target: Target, cache: CompiledCache): Promise<Executable> {
  const { name, title, optimise } = target.runtime;
  const key = compiledKey(recipe.key, `${name} ${title}`);
  const open = (path: string, inputs: Program['inputs']) =>
    executable({ path }, inputs, target).catch(() => undefined);
  const kept = await findCompiled(cache, key);
  if (kept !== undefined) {
    const [prepared, isWhole] = await Promise.all([open(kept.modelPath, kept.inputs), kept.isWhole]);
    if (isWhole && prepared !== undefined) return prepared;
    await prepared?.dispose();
    await forgetCompiled(cache, key);
  }
  const program = await recipe.build();
  const weights = { location: WEIGHTS_FILE, parts: [] };
  const model = await written(program, target, { weights });
  const parts = { model, weights: weights.parts, inputs: program.inputs, optimise };
  const entry = await keepCompiled(cache, key, parts);
  // Another process may delete it at any time; nothing in the cache is needed.
  const opened = entry && (await open(entry.modelPath, entry.inputs));
  return opened ?? executable(await modelOf(program, target), program.inputs, target);
}

/** A program as a model in memory, in the form that the runtime wants. */
async function modelOf(what: Program, target: Target): Promise<OnnxModel> {
  if (!target.runtime.takesWeightsApart) return { bytes: await written(what, target) };
  const parts: { offset: number; bytes: Uint8Array }[] = [];
  const bytes = await written(what, target, { weights: { location: WEIGHTS_FILE, parts } });
  const last = parts.at(-1);
  if (last === undefined) return { bytes };
  const weights = new Uint8Array(last.offset + last.bytes.length);
  for (const part of parts) weights.set(part.bytes, part.offset);
  return { bytes, weights };
}

/** Writes a program as ONNX. What that takes is only loaded now: a program that is kept needs none of it. */
async function written(
  what: Program,
  { runtime, device }: Target,
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  const hasMaps = what.nodes.some(({ kind }) => kind === 'conv2d' || kind === 'convTranspose2d');
  const block = device === 'cpu' && hasMaps ? await runtime.blockSize() : undefined;
  if (block === undefined) {
    const { toOnnx } = await import('../../graph/onnx/lower.js');
    return toOnnx(what, { halves: device !== 'cpu', ...options });
  }
  return (await import('../../graph/onnx/blocked/lower.js')).toBlockedOnnx(what, block, options);
}

async function executable(
  model: OnnxModel,
  inputs: Program['inputs'],
  { runtime, device }: Target,
): Promise<Executable> {
  const session = await runtime.open(model, device);
  return {
    run: (feeds) => run(runtime, session, inputs, feeds),
    dispose: () => session.release(),
    [Symbol.asyncDispose]: () => session.release(),
  };
}

async function run(
  { Tensor }: OnnxRuntime,
  session: OnnxSession,
  inputs: Program['inputs'],
  values: Values,
): Promise<Record<string, Float32Array>> {
  const feeds: Record<string, InstanceType<typeof Tensor>> = {};
  for (const { name, shape, values: numbers } of feedsOf({ inputs }, values)) {
    feeds[name] = new Tensor('float32', numbers, shape);
  }
  const results = await session.run(feeds);
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]),
  );
}
