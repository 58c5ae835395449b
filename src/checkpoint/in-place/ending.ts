import type { OutputSink } from '../../files/atomic-write.js';
import { encodeNote, type LateMetadata, resolveMetadata } from '../../formats/note/note.js';
import { encodeTrailer } from '../../formats/note/trailer.js';
import { zipNoteName } from '../../formats/note/zip-note.js';
import { withMetadata } from '../../formats/safetensors/header.js';
import { readHeader } from '../../formats/safetensors/read.js';
import { torchPickleName } from '../../formats/torch/zip.js';
import { copyDirectory } from '../../formats/zip/copy-directory.js';
import type { ZipDirectory, ZipEntry } from '../../formats/zip/directory.js';
import { writeEntry } from '../../formats/zip/write.js';
import type { CheckpointFile } from '../checkpoint-file.js';
import { isNativeKey, withoutNative } from '../readers/native.js';
import type { Patch } from './patches.js';
import type { ZipSums } from './zip-sums.js';

/** How a copy of a container ends, and where its metadata go. */
export interface Ending {
  /** Position in the container from which on the copy is not one any more. */
  readonly start: number;
  /** Metadata that stand in front of the tensors. */
  readonly head?: Patch;
  /** Writes what follows. */
  write(sink: OutputSink, sums: ZipSums | undefined): Promise<void>;
}

/**
 * Puts metadata where the container has them: into the header of safetensors, into a file of its own in a torch
 * archive, behind the end of a pickle.
 *
 * @param metadata in place of the container's, which may not be true of what is written
 */
export async function endingOf(
  path: string,
  container: CheckpointFile,
  metadata: LateMetadata,
): Promise<Ending> {
  const { file, directory, note } = container;
  if (directory !== undefined) return archiveEnding(path, container, directory, metadata);
  if (container.container === 'safetensors') {
    return { start: file.size, head: await headOf(container, metadata), write: async () => {} };
  }
  return {
    start: note?.start ?? file.size,
    write: async (sink) => sink.write(encodeTrailer(withoutNative(await resolveMetadata(metadata)))),
  };
}

function archiveEnding(
  path: string,
  { file }: CheckpointFile,
  directory: ZipDirectory,
  metadata: LateMetadata,
): Ending {
  const noteName = zipNoteName(torchPickleName(directory)!);
  const old = directory.entries.get(noteName);
  return {
    start: old !== undefined && isLast(old, directory) ? old.headerOffset : directory.offset,
    write: async (sink, sums) => {
      const changed = (await sums?.renew(sink)) ?? new Map<ZipEntry, number>();
      const json = encodeNote(withoutNative(await resolveMetadata(metadata)));
      const added = json && (await writeEntry(sink, noteName, json.length, [json]));
      await copyDirectory(path, file, directory, sink, { sums: changed, removed: old, added });
    },
  };
}

function isLast(entry: ZipEntry, { entries }: ZipDirectory): boolean {
  return [...entries.values()].every(({ headerOffset }) => headerOffset <= entry.headerOffset);
}

/**
 * The header of a safetensors file with other metadata; what describes its network stays. Undefined for no change.
 */
async function headOf(container: CheckpointFile, metadata: LateMetadata): Promise<Patch | undefined> {
  const wanted = withoutNative(await resolveMetadata(metadata));
  const own = withoutNative((await container.content()).metadata);
  if (Object.keys({ ...wanted, ...own }).length === 0) return undefined;
  const { json, end } = await readHeader(container.file);
  const bytes = withMetadata(json, wanted, isNativeKey);
  return {
    start: 0,
    end,
    keepsLength: false,
    replacements: [],
    apply: async () => ({ bytes, outcomes: [] }),
  };
}
