import sharp from 'sharp';
import { throwIfAborted } from '../../errors.js';
import { plainBytes } from '../bytes.js';
import { CHANNELS, type Picture } from '../picture.js';
import type { FilmEncoder, FilmShape } from './film-encoder.js';

/** Where groups of frames, each an animation of its own, become one file. */
export interface AnimationContainer {
  /** @param milliseconds what the whole group lasts */
  append(animation: Uint8Array, milliseconds: number): Promise<void>;
  finish(): Promise<void>;
}

/** Pixels of a group: enough for the encoder to find what neighbours have in common, and little memory. */
const GROUP_BYTES = 48 * 1024 * 1024;
const GROUP_FRAMES = 64;

/** The step of a format's clock in milliseconds. */
const TICK = { webp: 1, gif: 10 } as const;

/**
 * Animated WebP and GIF. Neighbours that the eye cannot tell apart (a level or two) are stored as one frame that
 * stays longer; the duration is that of all the frames. The encoders want all frames of an animation at once, so
 * every few frames are encoded as one and the container strings these together.
 */
export function animation(
  format: 'webp' | 'gif',
  container: AnimationContainer,
  { width, height, fps, signal }: FilmShape,
): FilmEncoder {
  const capacity = Math.max(1, Math.min(GROUP_FRAMES, Math.floor(GROUP_BYTES / (width * height * CHANNELS))));
  let group: Picture[] = [];
  let before = 0;
  const flush = async () => {
    if (group.length === 0) return;
    throwIfAborted(signal);
    const delay = delays(before, group.length, fps, TICK[format]);
    const bytes = await encodeGroup(format, group, delay);
    before += group.length;
    group = [];
    await container.append(
      bytes,
      delay.reduce((sum, ms) => sum + ms),
    );
  };
  return {
    async add(frame) {
      group.push(frame);
      if (group.length === capacity) await flush();
    },
    async finish() {
      await flush();
      await container.finish();
    },
    close: async () => {
      group = [];
    },
  };
}

async function encodeGroup(
  format: 'webp' | 'gif',
  frames: readonly Picture[],
  delay: number[],
): Promise<Uint8Array> {
  const { width, height } = frames[0]!;
  // One frame after the other in a tall picture: the form in which the encoder takes an animation.
  const tall = new Uint8Array(frames.length * width * height * CHANNELS);
  for (const [i, frame] of frames.entries()) tall.set(frame.data, i * frame.data.length);
  const raw = { width, height: height * frames.length, channels: CHANNELS, pageHeight: height } as const;
  const image = sharp(tall, { raw, limitInputPixels: false });
  // Frames pass quickly. WebP: sharper chroma would make the encoder four times slower, more effort two and a half
  // times for files that are 2 % smaller.
  const encoded =
    format === 'webp'
      ? image.webp({ quality: 88, effort: 2, loop: 0, delay })
      : // Full dithering makes flat colours restless and files a quarter larger; more effort takes five times as long.
        image.gif({ effort: 4, dither: 0.25, loop: 0, delay });
  return plainBytes(await encoded.toBuffer());
}

/**
 * Milliseconds for each of `count` frames after the first `before`, in whole ticks. Rounding the moments, not the
 * lengths, keeps a long film in time.
 */
function delays(before: number, count: number, fps: number, tick: number): number[] {
  const moment = (i: number) => Math.round((i * 1000) / fps / tick) * tick;
  return Array.from({ length: count }, (_, i) => moment(before + i + 1) - moment(before + i));
}
