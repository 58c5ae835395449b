import sharp from 'sharp';
import { UsageError } from '../errors.js';
import { plainBytes } from './bytes.js';
import { CHANNELS, type Picture } from './picture.js';

/** Browsers slow animations with frames shorter than 11 ms down to ten frames a second. */
const MAX_FPS = 90;
const MIN_FPS = 0.01;

/** What a WebP file can hold. */
const MAX_SIDE = 16383;

/** All frames are in memory at once, in one piece: 2 GB, or some 680 frames of 1024 pixels. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Frames pass quickly: sharper chroma would make the encoder four times slower, more effort two and a half times for
 * files that are 2 % smaller.
 */
const ENCODING = { quality: 88, effort: 2 } as const;

/**
 * An endless animated WebP of `frames`, all of one size, `fps` of them a second. Neighbours that the eye cannot
 * tell apart (a level or two) are stored as one frame that stays longer; the duration is that of all the frames.
 * @throws UsageError `FRAMES_MISSING`, `FRAMES_DIFFER`, `FRAMES_TOO_LARGE` or `FPS_OUT_OF_RANGE`.
 */
export async function encodeFilm(
  frames: readonly Picture[],
  options: { readonly fps: number },
): Promise<Uint8Array> {
  const { width, height } = requireFrames(frames);
  const delay = delays(frames.length, options.fps);
  // One frame after the other in a tall picture: the form in which the encoder takes an animation.
  const tall = new Uint8Array(frames.length * width * height * CHANNELS);
  for (const [i, frame] of frames.entries()) tall.set(frame.data, i * frame.data.length);
  const raw = { width, height: height * frames.length, channels: CHANNELS, pageHeight: height } as const;
  const film = sharp(tall, { raw, limitInputPixels: false }).webp({ ...ENCODING, loop: 0, delay });
  return plainBytes(await film.toBuffer());
}

function requireFrames(frames: readonly Picture[]): Picture {
  const [first] = frames;
  if (first === undefined)
    throw new UsageError('FRAMES_MISSING', 'film: expected at least one frame, found none');
  const { width, height } = first;
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw new UsageError(
      'FRAMES_TOO_LARGE',
      `film: expected frames of at most ${MAX_SIDE} pixels a side, found ${width} x ${height}`,
    );
  }
  if (frames.length * width * height * CHANNELS > MAX_BYTES) {
    throw new UsageError(
      'FRAMES_TOO_LARGE',
      `film: expected at most ${MAX_BYTES} bytes of pixels, found ${frames.length} frames of ${width} x ${height}`,
      { hint: 'take fewer frames, or smaller ones' },
    );
  }
  const other = frames.findIndex((frame) => frame.width !== width || frame.height !== height);
  if (other >= 0) {
    const found = `${frames[other]!.width} x ${frames[other]!.height}`;
    throw new UsageError(
      'FRAMES_DIFFER',
      `film: expected ${width} x ${height} pixels as in frame 0, found ${found} in frame ${other}`,
    );
  }
  return first;
}

/** Whole milliseconds for each frame. Rounding the moments, not the lengths, keeps a long film in time. */
function delays(count: number, fps: number): number[] {
  if (!(fps >= MIN_FPS && fps <= MAX_FPS)) {
    throw new UsageError(
      'FPS_OUT_OF_RANGE',
      `fps: expected ${MIN_FPS}..${MAX_FPS} frames a second, found ${fps}`,
    );
  }
  const moment = (i: number) => Math.round((i * 1000) / fps);
  return Array.from({ length: count }, (_, i) => moment(i + 1) - moment(i));
}
