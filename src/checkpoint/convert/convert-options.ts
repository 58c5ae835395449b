import type { WrittenDType } from '../../formats/dtype.js';

/** The forms that a network can be written in; pickles are only written in place of a container. */
export type WrittenFormat = 'safetensors' | 'rosinality' | 'container';

export interface ConversionOptions {
  /** Form of the output. `container` needs {@link container}. */
  readonly format: WrittenFormat;
  /** The file whose form is taken, and everything but the networks: see `writeInPlace`. */
  readonly container?: string;
  /**
   * Which network. Where it is not said, a container gets all that both files have, any other form the first one;
   * the input's other networks count as lost.
   */
  readonly network?: string;
  /** Type of the tensors; default `f32`. Not for containers, which have types of their own. */
  readonly dtype?: WrittenDType;
  /** Write although something is lost. */
  readonly lossy?: boolean;
  /** Check everything that can be checked without reading values, and write nothing. */
  readonly dryRun?: boolean;
  /** Replace a file that exists already. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Further metadata; the input's is kept. */
  readonly metadata?: Readonly<Record<string, string>>;
}
