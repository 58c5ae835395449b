import type { OutputSink } from '../../files/atomic-write.js';
import type { AnimationContainer } from './animation.js';
import type { FilmShape } from './film-encoder.js';

/** Blocks of a GIF (GIF89a specification, section 12 and on). */
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const COMMENT = 0xfe;

/** In the packed byte of the screen and of an image: there is a colour table, of 2^(1 + low three bits) colours. */
const HAS_TABLE = 0x80;
const TABLE_SIZE = 0x07;

const SCREEN_END = 13;

/** Data comes in pieces of at most this length. */
const MAX_PIECE = 255;

/** An animated GIF that is strung together from others of the same size: every frame takes its colours along. */
export function gifContainer(
  sink: OutputSink,
  { width, height, loop = true, metadata }: FilmShape,
): AnimationContainer {
  let started = false;
  const start = async () => {
    if (started) return;
    started = true;
    const screen = Buffer.alloc(SCREEN_END);
    screen.write('GIF89a', 0);
    screen.writeUInt16LE(width, 6);
    screen.writeUInt16LE(height, 8);
    await sink.write(screen);
    // Without this extension an animation plays once.
    if (loop) await sink.write(Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00', 'latin1'));
    if (metadata !== undefined) await sink.write(comment(JSON.stringify(metadata)));
  };
  return {
    async append(animation) {
      await start();
      for (const block of framesOf(animation)) await sink.write(block);
    },
    finish: () => sink.write(Uint8Array.of(TRAILER)),
  };
}

/** The images of a file that the encoder has just made, with their control blocks, each with a colour table. */
function* framesOf(file: Uint8Array): Generator<Uint8Array> {
  const shared =
    file[10]! & HAS_TABLE ? file.subarray(SCREEN_END, SCREEN_END + tableLength(file[10]!)) : undefined;
  let at = SCREEN_END + (shared?.length ?? 0);
  while (at < file.length && file[at] !== TRAILER) {
    const isImage = file[at] === IMAGE;
    const packed = isImage ? file[at + 9]! : 0;
    const ownTable = packed & HAS_TABLE ? tableLength(packed) : 0;
    // An image has ten bytes, its colours and a byte before the data; an extension two bytes.
    const end = piecesEnd(file, isImage ? at + 11 + ownTable : at + 2);
    if (isImage && ownTable === 0 && shared !== undefined) {
      const header = file.slice(at, at + 10);
      header[9] = packed | HAS_TABLE | (file[10]! & TABLE_SIZE);
      yield Buffer.concat([header, shared, file.subarray(at + 10, end)]);
    } else if (isImage || (file[at] === EXTENSION && file[at + 1] === GRAPHIC_CONTROL)) {
      yield file.subarray(at, end);
    }
    at = end;
  }
}

/** Where the pieces of data that begin at `at` are over. */
function piecesEnd(file: Uint8Array, at: number): number {
  let end = at;
  while (end < file.length && file[end] !== 0) end += file[end]! + 1;
  return end + 1;
}

function tableLength(packed: number): number {
  return 3 * 2 ** (1 + (packed & TABLE_SIZE));
}

function comment(text: string): Uint8Array {
  const content = Buffer.from(text);
  const pieces: Uint8Array[] = [Uint8Array.of(EXTENSION, COMMENT)];
  for (let at = 0; at < content.length; at += MAX_PIECE) {
    const piece = content.subarray(at, at + MAX_PIECE);
    pieces.push(Uint8Array.of(piece.length), piece);
  }
  return Buffer.concat([...pieces, Uint8Array.of(0)]);
}
