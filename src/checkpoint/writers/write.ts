import type { Buffers } from '../../files/buffers.js';
import { type WriteSafetensorsOptions, writeSafetensors } from '../../formats/safetensors/write.js';
import type { Checkpoint } from '../checkpoint.js';
import { nativeMetadata } from '../readers/native.js';

export interface WriteCheckpointOptions extends Omit<WriteSafetensorsOptions, 'tensors'> {
  /** Further entries, such as a blend's recipe; those that describe the architecture are added. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes a checkpoint in the native form, safetensors with canonical names, one tensor at a time.
 * The checkpoint's own metadata is not copied: it may not be true of what is written.
 *
 * @throws as `writeSafetensors`
 */
export async function writeCheckpoint(
  path: string,
  checkpoint: Checkpoint,
  options: WriteCheckpointOptions = {},
): Promise<void> {
  const tensors = Array.from(checkpoint.tensors.values(), ({ name, shape }) => ({
    name,
    shape,
    read: (buffers?: Buffers) => checkpoint.read(name, buffers),
  }));
  const native = nativeMetadata(checkpoint.architecture);
  const { metadata, lateMetadata } = options;
  await writeSafetensors(path, {
    ...options,
    tensors,
    metadata: { ...metadata, ...native },
    lateMetadata: lateMetadata && (async () => ({ ...(await lateMetadata()), ...native })),
  });
}
