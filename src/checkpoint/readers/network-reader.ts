import type { Container } from '../../formats/container.js';
import type { Note } from '../../formats/note/note.js';
import type { PickleValue } from '../../formats/pickle/values.js';
import type { CheckpointFormat } from '../checkpoint.js';
import type { FileContent } from './file-content.js';
import type { NetworkName } from './network-names.js';

/** What a format's reader knows before a network is chosen. */
export interface NetworkReader {
  readonly container: Container;
  readonly format: CheckpointFormat;
  readonly networks: readonly NetworkName[];
  /** The file holds one network without saying which: it stands for `G_ema` and `G`. */
  readonly isBare?: boolean;
  readonly pickle?: { readonly value: PickleValue; readonly globals: Map<string, number> };
  readonly note?: Note;
  read(network: NetworkName): Promise<FileContent>;
}
