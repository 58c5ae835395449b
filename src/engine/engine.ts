import type { Program } from '../graph/index.js';

/** Named values, row-major. */
export type Values = Readonly<Record<string, Float32Array>>;

/** A machine that runs tensor programs. Knows nothing of what they mean. */
export interface Engine {
  /** e.g. `onnxruntime` */
  readonly name: string;
  /** What it computes on, e.g. `cpu` or `webgpu`. */
  readonly device: Device;
  /** Prepares a program for being run many times. */
  compile(program: Program): Promise<Executable>;
}

export interface Executable {
  /**
   * Computes all outputs. Calls must not overlap.
   * @param inputs a value of the right length for every input of the program
   */
  run(inputs: Values): Promise<Record<string, Float32Array>>;
  /** Gives the memory back; running afterwards is an error. */
  dispose(): Promise<void>;
}

export const DEVICES = ['cpu', 'webgpu', 'cuda'] as const;
export type Device = (typeof DEVICES)[number];

export interface EngineOptions {
  /** `auto`, the default, takes the fastest device that this machine really has. */
  readonly device?: Device | 'auto';
  /** Threads of the CPU; the number of cores unless given. */
  readonly threads?: number;
}
