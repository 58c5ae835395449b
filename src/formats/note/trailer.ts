import { crc32 } from '../../files/crc32.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { decodeNote, encodeNote, MAX_NOTE_BYTES, type Metadata, type Note } from './note.js';

/**
 * A note behind the end of a pickle or a legacy torch file, where loaders have stopped reading:
 *
 *     \n{ JSON on one line }\n#stylegan-blend LENGTH CRC\n
 *
 * with the JSON's length as ten decimal digits and its CRC-32 as eight hexadecimal ones. It is found from the end of
 * the file, so that further pickles behind the first one stay where their readers expect them.
 */
const FOOTER = /^\n#stylegan-blend (\d{10}) ([0-9a-f]{8})\n$/;
const FOOTER_BYTES = 37;

/** Nothing for no metadata. */
export function encodeTrailer(metadata: Metadata): Uint8Array {
  const json = encodeNote(metadata);
  if (json === undefined) return new Uint8Array(0);
  const length = String(json.length).padStart(10, '0');
  const sum = crc32(json).toString(16).padStart(8, '0');
  return Buffer.concat([Buffer.from('\n'), json, Buffer.from(`\n#stylegan-blend ${length} ${sum}\n`)]);
}

/**
 * The note at the end of a file; undefined where there is none, or none that is whole.
 * @param end of what the file holds otherwise
 */
export async function readTrailer(file: RandomAccessFile, end: number): Promise<Note | undefined> {
  const room = file.size - end;
  if (room <= FOOTER_BYTES) return undefined;
  const footer = Buffer.from(await file.read(file.size - FOOTER_BYTES, FOOTER_BYTES)).toString('latin1');
  const [, digits, sum] = FOOTER.exec(footer) ?? [];
  if (digits === undefined || sum === undefined) return undefined;
  const length = Number(digits);
  const start = file.size - FOOTER_BYTES - length - 1;
  if (length > MAX_NOTE_BYTES || start < end) return undefined;
  const json = await file.read(start + 1, length);
  const metadata = crc32(json) === Number.parseInt(sum, 16) ? decodeNote(json) : undefined;
  return metadata && { metadata, start };
}
