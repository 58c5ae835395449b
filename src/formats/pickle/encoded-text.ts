import { InputFileError } from '../../errors.js';
import { type ByteSource, memoryBytes, requireInside } from '../../files/byte-source.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { OP } from './opcodes.js';
import { type PickleObject, TextRange } from './values.js';

/**
 * Bytes as Python 3 writes them in protocols 0 to 2: `_codecs.encode(text, 'latin1')`, where the text is in the file
 * as UTF-8. Every byte from 0x80 on takes two, so that other values may take more or less room.
 */

/** Opcodes of strings with the bytes in front of their text and what the text is encoded in. */
export const OPCODE_OF_TEXT: ReadonlyMap<number, { bytes: number; encoding: 'utf8' | 'latin1' }> = new Map([
  [OP.SHORT_BINUNICODE, { bytes: 2, encoding: 'utf8' }],
  [OP.BINUNICODE, { bytes: 5, encoding: 'utf8' }],
  [OP.BINUNICODE8, { bytes: 9, encoding: 'utf8' }],
  [OP.SHORT_BINSTRING, { bytes: 2, encoding: 'latin1' }],
  [OP.BINSTRING, { bytes: 5, encoding: 'latin1' }],
]);

/** Text in a pickle that stands for bytes, and can be replaced by other text with an opcode of its own. */
export interface EncodedText extends ByteSource {
  /** Position of the opcode and of what follows its text. */
  readonly opcode: { readonly file: RandomAccessFile; readonly start: number; readonly end: number };
}

/**
 * The bytes that a call of `_codecs.encode` stands for; undefined where it is not that. Long text is decoded when it
 * is read, and has to come to `length` bytes then.
 *
 * @throws InputFileError `NUMPY_DAMAGED`, also from reading
 */
export async function encodedText(
  file: RandomAccessFile,
  call: PickleObject,
  length: number,
): Promise<ByteSource | undefined> {
  const [text, encoding] = call.args;
  const place = call.places[0];
  if (typeof encoding !== 'string' || !/^latin[-_]?1$/i.test(encoding)) return undefined;
  if (typeof text === 'string') {
    const source = memoryBytes(file.path, Buffer.from(text, 'latin1'));
    const header = place === undefined ? undefined : OPCODE_OF_TEXT.get((await file.read(place, 1))[0]!);
    if (place === undefined || header?.encoding !== 'utf8') return source;
    const end = place + header.bytes + Buffer.byteLength(text, 'utf8');
    return { ...source, opcode: { file, start: place, end } } as EncodedText;
  }
  if (!(text instanceof TextRange) || length > text.length) return undefined;
  const source: ByteSource = {
    length,
    read: async (from, count) => {
      requireInside(file.path, from, count, length);
      const bytes = decodeLatin1(file.path, await file.read(text.offset, text.length));
      if (bytes.length !== length) throw otherText(file.path);
      return from === 0 && count === length ? bytes : bytes.slice(from, from + count);
    },
  };
  const isPlain = place !== undefined && text.offset - place > 0 && text.offset - place <= 9;
  if (!isPlain) return source;
  return { ...source, opcode: { file, start: place, end: text.offset + text.length } } as EncodedText;
}

/** The opcode that pushes bytes as text. */
export function encodeTextOpcode(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
    'utf8',
  );
  const header = Buffer.alloc(5);
  header[0] = OP.BINUNICODE;
  header.writeUInt32LE(text.length, 1);
  return Buffer.concat([header, text]);
}

/** UTF-8 of characters below 256 to one byte for each, in a buffer of its own. */
function decodeLatin1(path: string, utf8: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(utf8.length);
  let count = 0;
  for (let i = 0; i < utf8.length; i++) {
    const lead = utf8[i]!;
    if (lead < 0x80) bytes[count++] = lead;
    else {
      const next = utf8[++i];
      const isLatin1 = (lead === 0xc2 || lead === 0xc3) && next !== undefined && (next & 0xc0) === 0x80;
      if (!isLatin1) {
        throw otherText(path);
      }
      bytes[count++] = ((lead & 3) << 6) | (next & 0x3f);
    }
  }
  return bytes.slice(0, count);
}

function otherText(path: string): InputFileError {
  return new InputFileError(
    'NUMPY_DAMAGED',
    `${path}: expected the bytes of an array written as Latin-1 text, found other text`,
  );
}
