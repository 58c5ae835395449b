import type { StoredTensor } from '../../formats/stored-tensor.js';
import type { ArchitectureHints } from '../architecture/derive-architecture.js';
import type { CheckpointFormat } from '../checkpoint.js';

/** Tensors of one network, several times those of the largest known: names and views take memory too. */
export const MAX_TENSORS = 16_384;

/** What a reader finds of one network in a file: everything but the conclusions. */
export interface FileContent {
  readonly format: CheckpointFormat;
  /** Absent where the file holds one network and does not name it. */
  readonly network?: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly hints: ArchitectureHints;
  readonly metadata: Readonly<Record<string, string>>;
}
