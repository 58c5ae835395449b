import type { StoredTensor } from '../../formats/stored-tensor.js';
import type { ArchitectureHints } from '../architecture/hints.js';
import type { CheckpointFormat } from '../checkpoint.js';

/** What a reader finds of one network in a file: everything but the conclusions. */
export interface FileContent {
  readonly format: CheckpointFormat;
  /** Absent where the file holds one network and does not name it. */
  readonly network?: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly hints: ArchitectureHints;
  readonly metadata: Readonly<Record<string, string>>;
}
