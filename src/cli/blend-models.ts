import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from '../checkpoint/checkpoint-file.js';
import { resolveModel } from '../checkpoint/names.js';
import type { NetworkName } from '../checkpoint/network-names.js';

/** The open files of a blend, and the networks in them that are blended. */
export interface BlendModels {
  readonly base: CheckpointFile;
  readonly transfer: CheckpointFile;
  /** What `--container` names. */
  readonly container: CheckpointFile | undefined;
  /** At least one. */
  readonly pairs: readonly NetworkPair[];
  close(): Promise<void>;
}

export interface NetworkPair {
  readonly name: NetworkName;
  readonly base: Checkpoint;
  readonly transfer: Checkpoint;
}

/**
 * Opens the models of a blend.
 *
 * @param networks which networks; where it is not said, the one of each file that is read by default
 * @throws as `resolveModel` and `openCheckpointFile`; InputFileError `NETWORK_MISSING`
 */
export async function openBlendModels(
  names: { base: string; transfer: string; container?: string | undefined },
  networks: readonly NetworkName[] | undefined,
): Promise<BlendModels> {
  const opened: CheckpointFile[] = [];
  const open = async (name: string) => {
    const file = await openCheckpointFile(resolveModel(name).path);
    opened.push(file);
    return file;
  };
  const close = async () => {
    await Promise.all(opened.map((file) => file.close()));
  };
  try {
    const base = await open(names.base);
    const transfer = await open(names.transfer);
    const container = names.container === undefined ? undefined : await open(names.container);
    const pairs: NetworkPair[] = [];
    for (const name of networks ?? [undefined]) {
      const [ofBase, ofTransfer] = [await base.checkpoint(name), await transfer.checkpoint(name)];
      pairs.push({ name: name ?? base.networks[0]!, base: ofBase, transfer: ofTransfer });
    }
    return { base, transfer, container, pairs, close };
  } catch (error) {
    await close();
    throw error;
  }
}
