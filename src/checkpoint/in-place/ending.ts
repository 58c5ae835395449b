import type { OutputSink } from '../../files/atomic-write.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import { withoutNative } from '../native.js';
import { encodeNote, type LateMetadata, resolveMetadata } from '../note/note.js';
import { encodeTrailer } from '../note/trailer.js';
import { zipNoteName } from '../note/zip-note.js';
import { withMetadata } from '../safetensors-header.js';
import { readHeader } from '../safetensors-read.js';
import { torchPickleName } from '../torch-zip.js';
import { copyDirectory } from '../zip/copy-directory.js';
import type { ZipDirectory, ZipEntry } from '../zip/directory.js';
import { writeEntry } from '../zip/write.js';
import type { Patch } from './patches.js';
import type { ZipSums } from './zip-sums.js';

/** How a copy of a container ends, and where its metadata go. */
export interface Ending {
  /** Position in the container from which on the copy is not one any more. */
  readonly start: number;
  /** Metadata that stand in front of the tensors. */
  readonly head?: Patch | undefined;
  /** Writes what follows. */
  write(sink: OutputSink, sums: ZipSums | undefined): Promise<void>;
}

/**
 * Puts metadata where the container has them: into the header of safetensors, into a file of its own in a torch archive,
 * behind the end of a pickle.
 *
 * @param metadata in place of the container's; unless given, these stay
 */
export async function endingOf(
  path: string,
  container: CheckpointFile,
  metadata: LateMetadata | undefined,
): Promise<Ending> {
  const { file, directory, note } = container;
  if (directory !== undefined) return archiveEnding(path, container, directory, metadata);
  const asItIs = { start: file.size, write: async () => {} };
  if (metadata === undefined) return asItIs;
  if (container.container === 'safetensors') return { ...asItIs, head: await headOf(container, metadata) };
  return {
    start: note?.start ?? file.size,
    write: async (sink) => sink.write(encodeTrailer(withoutNative(await resolveMetadata(metadata)))),
  };
}

function archiveEnding(
  path: string,
  { file }: CheckpointFile,
  directory: ZipDirectory,
  metadata: LateMetadata | undefined,
): Ending {
  const noteName = zipNoteName(torchPickleName(directory)!);
  const old = metadata === undefined ? undefined : directory.entries.get(noteName);
  return {
    start: old !== undefined && isLast(old, directory) ? old.headerOffset : directory.offset,
    write: async (sink, sums) => {
      const changed = (await sums?.renew(sink)) ?? new Map<ZipEntry, number>();
      const json = metadata && encodeNote(withoutNative(await resolveMetadata(metadata)));
      const added = json && (await writeEntry(sink, noteName, json.length, [json]));
      await copyDirectory(path, file, directory, sink, { sums: changed, removed: old, added });
    },
  };
}

function isLast(entry: ZipEntry, { entries }: ZipDirectory): boolean {
  return [...entries.values()].every(({ headerOffset }) => headerOffset <= entry.headerOffset);
}

/** The header of a safetensors file with other metadata; what describes its network stays. */
async function headOf({ file }: CheckpointFile, metadata: LateMetadata): Promise<Patch> {
  const { json, end } = await readHeader(file);
  const bytes = withMetadata(json, withoutNative(await resolveMetadata(metadata)));
  return {
    start: 0,
    end,
    keepsLength: false,
    replacements: [],
    apply: async () => ({ bytes, outcomes: [] }),
  };
}
