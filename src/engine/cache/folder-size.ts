import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of a file, or of everything in a folder; undefined where there is nothing. Links are not followed. */
export async function bytesOf(path: string): Promise<number | undefined> {
  const entry = await lstat(path).catch(() => undefined);
  if (!entry?.isDirectory()) return entry?.size;
  const children = await readdir(path).catch(() => []);
  let total = 0;
  for (const child of children) total += (await bytesOf(join(path, child))) ?? 0;
  return total;
}
