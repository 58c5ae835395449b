import type { Tensor } from 'onnxruntime-web';
import type { Device } from '../engine.js';

/** What ONNX Runtime's builds are called among the engines. */
export type OnnxRuntimeName = 'onnxruntime' | 'onnxruntime-web';

/**
 * A build of ONNX Runtime. It runs models on devices; how a program becomes a model, and is kept, is not its affair.
 */
export interface OnnxRuntime {
  readonly name: OnnxRuntimeName;
  /** For people, with its version; the version decides which models that were kept fit. */
  readonly title: string;
  /** Of the processor. */
  readonly threads: number;
  /** What one should know about how it was started. */
  readonly notices: readonly string[];
  /** What this build can compute on. Whether this machine has it is another matter. */
  readonly devices: readonly Device[];
  /** Those that are tried before the processor where none is named. */
  preferred(): readonly Device[];
  /** Whether it takes large constants beside the model, and is the better for it. */
  readonly takesWeightsApart: boolean;
  readonly Tensor: typeof Tensor;
  /** How many channels lie beside each other in its own layout on the processor; undefined where it has none. */
  blockSize(): Promise<number | undefined>;
  /** Prepares a model; throws whatever the runtime does. */
  open(model: OnnxModel, device: Device): Promise<OnnxSession>;
  /** Puts what the runtime makes of a model's file in its place; absent where it cannot. */
  readonly optimise?: (path: string) => Promise<void>;
}

/** A model that is ready to run. */
export interface OnnxSession {
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

/** A model in memory, perhaps with its large constants apart, or one that was kept: a file with them beside it. */
export type OnnxModel =
  | { readonly bytes: Uint8Array; readonly weights?: Uint8Array }
  | { readonly path: string };
