import type { RandomAccessFile } from '../../files/random-access.js';
import type { ZipDirectory } from '../zip/directory.js';
import { entryBytes } from '../zip/entry-bytes.js';
import { decodeNote, MAX_NOTE_BYTES, type Note } from './note.js';

/** What a note is called in the archive, in the folder of `data.pkl`: torch permits no other. */
const NOTE_NAME = 'stylegan-blend.json';

/** @param pickleName of the archive's object, `FOLDER/data.pkl` */
export function zipNoteName(pickleName: string): string {
  return pickleName.slice(0, -'data.pkl'.length) + NOTE_NAME;
}

/** The note in an archive; undefined where there is none, or none that is whole. */
export async function readZipNote(
  file: RandomAccessFile,
  directory: ZipDirectory,
  pickleName: string,
): Promise<Note | undefined> {
  const entry = directory.entries.get(zipNoteName(pickleName));
  if (entry === undefined || entry.size > MAX_NOTE_BYTES) return undefined;
  try {
    const bytes = await (await entryBytes(file, entry)).read(0, entry.size);
    const metadata = decodeNote(bytes);
    return metadata && { metadata, start: entry.headerOffset };
  } catch {
    // A wrong checksum or a lie about sizes: like every note that is damaged.
    return undefined;
  }
}
