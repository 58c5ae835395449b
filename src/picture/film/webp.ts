import { UsageError } from '../../errors.js';
import type { OutputSink } from '../../files/atomic-write.js';
import { metadataToXmp } from '../picture-metadata.js';
import type { AnimationContainer } from './animation.js';
import type { FilmShape } from './film-encoder.js';

/** Flags of the VP8X chunk. */
const ANIMATION = 0x02;
const XMP = 0x04;
const ALPHA = 0x10;

/** RIFF counts bytes in 32 bits. */
const MAX_BYTES = 2 ** 32 - 2;

/** Bytes before the first frame: RIFF, VP8X and ANIM. */
const HEADER_LENGTH = 12 + 18 + 14;

const FRAME_HEADER_LENGTH = 16;

/**
 * An animated WebP that is strung together from others of the same size (developers.google.com/speed/webp/docs/
 * riff_container): their frame chunks are copied as they are.
 */
export function webpContainer(sink: OutputSink, shape: FilmShape): AnimationContainer {
  let flags = ANIMATION;
  let started = false;
  const write = async (bytes: Uint8Array) => {
    if (sink.position + bytes.length > MAX_BYTES) {
      throw new UsageError(
        'FRAMES_TOO_LARGE',
        'film: expected less than 4 GB, which is the most a WebP holds',
        {
          hint: 'take fewer frames or smaller ones, or write an .mp4',
        },
      );
    }
    await sink.write(bytes);
  };
  const start = async () => {
    if (!started) await sink.write(headerOf(shape, flags, 0));
    started = true;
  };
  return {
    async append(animation, milliseconds) {
      await start();
      const chunks = chunksOf(animation);
      const frames = chunks.filter(({ name }) => name === 'ANMF');
      flags |= (chunks.find(({ name }) => name === 'VP8X')?.bytes[8] ?? 0) & ALPHA;
      for (const { bytes } of frames) await write(bytes);
      if (frames.length > 0) return;
      // Frames that are all alike become a still picture.
      const picture = chunks.filter(({ name }) => ['ALPH', 'VP8 ', 'VP8L'].includes(name));
      await write(stillFrame(shape, milliseconds, Buffer.concat(picture.map(({ bytes }) => bytes))));
    },
    async finish() {
      if (shape.metadata !== undefined) {
        flags |= XMP;
        await write(chunk('XMP ', Buffer.from(metadataToXmp(shape.metadata))));
      }
      await sink.rewrite(0, headerOf(shape, flags, sink.position - 8));
    },
  };
}

function headerOf({ width, height, loop = true }: FilmShape, flags: number, size: number): Uint8Array {
  const header = Buffer.alloc(HEADER_LENGTH);
  header.write('RIFF', 0);
  header.writeUInt32LE(size, 4);
  header.write('WEBPVP8X', 8);
  header.writeUInt32LE(10, 16);
  header[20] = flags;
  header.writeUIntLE(width - 1, 24, 3);
  header.writeUIntLE(height - 1, 27, 3);
  header.write('ANIM', 30);
  header.writeUInt32LE(6, 34);
  // No background, as frames cover everything; how often it plays, 0 being endlessly.
  header.writeUInt16LE(loop ? 0 : 1, 42);
  return header;
}

/** An animation's frame that shows a still picture's chunks. */
function stillFrame({ width, height }: FilmShape, milliseconds: number, picture: Uint8Array): Uint8Array {
  const header = Buffer.alloc(FRAME_HEADER_LENGTH);
  header.writeUIntLE(width - 1, 6, 3);
  header.writeUIntLE(height - 1, 9, 3);
  header.writeUIntLE(milliseconds, 12, 3);
  return chunk('ANMF', Buffer.concat([header, picture]));
}

/** Name, length and content, padded to an even length. */
function chunk(name: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(8 + content.length + (content.length % 2));
  bytes.write(name, 0);
  bytes.writeUInt32LE(content.length, 4);
  bytes.set(content, 8);
  return bytes;
}

/** The chunks of a file that the encoder has just made, each with its name and length in front. */
function chunksOf(file: Uint8Array): { name: string; bytes: Uint8Array }[] {
  const view = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const chunks: { name: string; bytes: Uint8Array }[] = [];
  for (let at = 12; at + 8 <= view.length; ) {
    const length = view.readUInt32LE(at + 4);
    const end = at + 8 + length + (length % 2);
    chunks.push({ name: view.toString('latin1', at, at + 4), bytes: view.subarray(at, end) });
    at = end;
  }
  return chunks;
}
