import { stat } from 'node:fs/promises';
import type { Checkpoint } from './checkpoint.js';

/** A file that was written less than this ago may be written again without its time telling. */
const SETTLED_MS = 1000;

/**
 * What tells a checkpoint's file from every other and from what it held before, without reading it: device, inode,
 * length and both times, to the nanosecond. As git, make and rsync do; the time of the last change of the inode
 * cannot be set by hand. With it the network that was read.
 * @returns undefined for a checkpoint in memory, and for a file that has only just been written
 */
export async function fileVersion({ origin }: Checkpoint): Promise<string | undefined> {
  if (origin.format === 'memory') return undefined;
  const stats = await stat(origin.path, { bigint: true }).catch(() => undefined);
  if (!stats?.isFile() || Date.now() - Number(stats.ctimeMs) < SETTLED_MS) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return [dev, ino, size, mtimeNs, ctimeNs, origin.network ?? ''].join();
}
