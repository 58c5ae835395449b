import { stat } from 'node:fs/promises';
import { writeAtomically } from '../../files/atomic-write.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import type { LateMetadata } from '../../formats/note/note.js';
import type { Checkpoint } from '../checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from '../checkpoint-file.js';
import { PatchedCopy, RewrittenCopy } from './copies.js';
import { endingOf } from './ending.js';
import type { Patch } from './patches.js';
import { type InPlaceLimits, type InPlaceReport, planPatches, refuseLosses } from './plan-in-place.js';
import { ZipSums } from './zip-sums.js';

/** Larger tensors are not read ahead: a blend holds three times their size. */
const MAX_AHEAD_BYTES = 12 * 1024 * 1024;

export type { InPlaceReport } from './plan-in-place.js';

export interface WriteInPlaceOptions extends InPlaceLimits {
  /** Replace an existing file; also where it is the container itself. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** Metadata of the file, none unless given: those of the container may not be true of what is written. */
  readonly metadata?: LateMetadata;
  /** Called with the bytes of the file written and to write. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Writes a copy of a checkpoint file in which only the bytes of the given networks' tensors are replaced, so that the
 * tools that made the file load it again with all that it holds. Values get the type, strides and form that the
 * container has for them; checksums of zip containers are renewed; every other byte stays as it is, but for metadata.
 * A tensor that the file holds once for several of its networks changes in all of them.
 *
 * @param container a path, or an open file, which stays open
 * @param networks what to put in the place of `G_ema`, `G`, `D`
 * @throws InputFileError `CONTAINER_DIFFERS`, `CONTAINER_WRAPPED`, `CONTAINER_LOSES` (`strict`),
 *   `NETWORK_MISSING`; OutputError `IN_PLACE_SHARED`,
 *   `IN_PLACE_VALUE`, `IN_PLACE_COMPRESSED`, and as `writeAtomically`; AbortedError
 */
export async function writeInPlace(
  path: string,
  container: string | CheckpointFile,
  networks: ReadonlyMap<string, Checkpoint>,
  options: WriteInPlaceOptions = {},
): Promise<InPlaceReport> {
  if (typeof container !== 'string') return write(path, container, networks, options);
  await using opened = await openCheckpointFile(container);
  return await write(path, opened, networks, options);
}

async function write(
  path: string,
  container: CheckpointFile,
  networks: ReadonlyMap<string, Checkpoint>,
  options: WriteInPlaceOptions,
): Promise<InPlaceReport> {
  const { patches, report } = await planPatches(path, container, networks, options);
  const { file } = container;
  const ending = await endingOf(path, container, options.metadata ?? {});
  if (ending.head !== undefined) patches.unshift(ending.head);
  const sums = container.directory && (await ZipSums.of(file, container.directory, patches));
  const isRewritten = sums === undefined && patches.every((patch) => patch.keepsLength);
  const copyOf = isRewritten && (await isAsOpened(file)) ? file.path : undefined;
  await writeAtomically(path, { force: options.force, copyOf }, async (sink) => {
    const copy =
      copyOf === undefined
        ? new PatchedCopy(file, sink, sums, options)
        : new RewrittenCopy(file, sink, patches, options);
    for await (const { patch, values } of withValues(patches)) {
      await copy.upTo(patch.start);
      const { bytes, outcomes } = await patch.apply(values);
      await copy.replace(
        patch,
        bytes,
        outcomes.some(({ changed }) => changed > 0),
      );
      for (const [i, { changed, rounded }] of outcomes.entries()) {
        const { name } = patch.replacements[i]!;
        if (changed > 0) report.changed.push(name);
        if (rounded > 0) report.rounded.push(name);
      }
    }
    await copy.endAt(ending.start);
    await ending.write(sink, sums);
    if (options.strict) refuseLosses(container, report);
  });
  return report;
}

/** Whether the path still leads to what was opened, as far as its size tells. */
async function isAsOpened({ path, size }: RandomAccessFile): Promise<boolean> {
  const now = await stat(path).catch(() => undefined);
  return now?.size === size;
}

/** Reads the values of each patch while the one before it is written. */
async function* withValues(
  patches: readonly Patch[],
): AsyncGenerator<{ patch: Patch; values: AsyncIterable<Float32Array> }> {
  const first = (i: number) => patches[i]?.replacements[0]?.read();
  let next = first(0);
  next?.catch(() => {});
  try {
    for (const [i, patch] of patches.entries()) {
      const mine = next ?? (first(i) as Promise<Float32Array>);
      yield {
        patch,
        values: valuesOf(patch, mine, () => {
          next = isSmall(patches[i + 1]) ? first(i + 1) : undefined;
          // A failure is thrown when its turn has come, not as an unhandled rejection in the meantime.
          next?.catch(() => {});
        }),
      };
    }
  } finally {
    // Where the writing failed: whoever closes the files next must not do so under a read.
    await next?.catch(() => {});
  }
}

function isSmall(patch: Patch | undefined): boolean {
  return patch !== undefined && patch.end - patch.start <= MAX_AHEAD_BYTES;
}

async function* valuesOf(
  patch: Patch,
  first: Promise<Float32Array>,
  onLast: () => void,
): AsyncGenerator<Float32Array> {
  for (const [i, replacement] of patch.replacements.entries()) {
    const values = i === 0 ? await first : await replacement.read();
    if (i === patch.replacements.length - 1) onLast();
    yield values;
  }
}
