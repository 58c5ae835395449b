import type { Program } from '../graph/index.js';
import type { CompiledCache } from './cache/compiled-cache.js';

/** Named values, row-major. */
export type Values = Readonly<Record<string, Float32Array>>;

/** What computes, the first choice first. */
export const ENGINES = ['onnxruntime', 'onnxruntime-web', 'tfjs'] as const;
export type EngineName = (typeof ENGINES)[number];

export const DEVICES = ['cpu', 'webgpu', 'cuda', 'directml', 'coreml'] as const;
export type Device = (typeof DEVICES)[number];

/** A machine that runs tensor programs. Knows nothing of what they mean. */
export interface Engine {
  readonly name: EngineName;
  /** What it computes on. */
  readonly device: Device;
  /** In words, with version and package: for people, and for the settings that are kept with a result. */
  readonly description: string;
  /** What one should know about how this engine came to be taken, e.g. that another one cannot be used. */
  readonly notices: readonly string[];
  /**
   * Whether networks are to be computed in 16-bit floats here where they can be: as asked for, and this device has
   * them.
   */
  readonly half: boolean;
  /** Whether it keeps what recipes build, for other processes. */
  readonly keeps: boolean;
  /** Prepares a program for being run many times; a recipe's only where its result is not kept already. */
  compile(what: Program | ProgramRecipe): Promise<Executable>;
}

/** A program that is only built where no compiled form of it is kept under its key. */
export interface ProgramRecipe {
  /** Has to differ wherever the program would: by constants, shapes, or the code that builds it. */
  readonly key: string;
  build(): Promise<Program>;
}

/** What to compile: a recipe under its key; where there is none, the program itself. */
export async function underKey(
  key: string | undefined,
  build: () => Promise<Program>,
): Promise<Program | ProgramRecipe> {
  return key === undefined ? build() : { key, build };
}

/** The program of a recipe, or the one that is given. */
export async function built(what: Program | ProgramRecipe): Promise<Program> {
  return 'build' in what ? what.build() : what;
}

export interface Executable extends AsyncDisposable {
  /**
   * Computes all outputs. Calls must not overlap.
   * @param inputs a value of the right length for every input of the program
   */
  run(inputs: Values): Promise<Record<string, Float32Array>>;
  /** Gives the memory back; `await using` does so at the end of a block. Running afterwards is an error. */
  dispose(): Promise<void>;
}

export interface EngineOptions {
  /**
   * `auto`, the default, takes ONNX Runtime, where that cannot be used ONNX Runtime in WebAssembly, and last
   * TensorFlow.js; `notices` then says so.
   */
  readonly engine?: EngineName | 'auto';
  /** `auto`, the default, takes the fastest device that this machine really has. */
  readonly device?: Device | 'auto';
  /** Threads of the CPU; the number of cores unless given. */
  readonly threads?: number;
  /**
   * Whether renderers compute the three highest resolutions of StyleGAN2 in 16-bit floats; graphics devices only.
   * Searching stays in 32 bits: gradients are too small for halves. Default: no.
   */
  readonly half?: boolean;
  /**
   * Whether the processor takes the place of a device that cannot be used, and 32 bits that of halves; `notices` then
   * says why. Default: no.
   */
  readonly fallBack?: boolean;
  /** Where ONNX Runtime's programs for processors are kept between processes. Default: nowhere. */
  readonly cache?: CompiledCache;
  readonly signal?: AbortSignal;
}
