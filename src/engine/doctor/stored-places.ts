import { bytesOf } from '../cache/folder-size.js';
import type { StoredPlace } from './report.js';

/** A file or a folder with everything in it, and the space that it takes. */
export async function measured(name: string, path: string): Promise<StoredPlace> {
  return { name, path, bytes: await bytesOf(path) };
}
