import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredPlace } from './report.js';

/** A file or a folder with everything in it, and the space that it takes. Links are not followed. */
export async function measured(name: string, path: string): Promise<StoredPlace> {
  return { name, path, bytes: await bytesOf(path) };
}

/** undefined where there is nothing, or nothing that may be read. */
async function bytesOf(path: string): Promise<number | undefined> {
  const entry = await lstat(path).catch(() => undefined);
  if (!entry?.isDirectory()) return entry?.size;
  const children = await readdir(path).catch(() => []);
  let total = 0;
  for (const child of children) total += (await bytesOf(join(path, child))) ?? 0;
  return total;
}
