import { UsageError } from '../errors.js';

/** A picture in memory: 8-bit sRGB. */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Rows from the top, R, G, B of each pixel: width · height · 3 values. */
  readonly data: Uint8Array;
}

/** The channels of a {@link Picture}. */
export const CHANNELS = 3;

/**
 * The 8-bit picture of a generator's output, as the reference tools write it: clamp(image · 127.5 + 128, 0, 255),
 * truncated. `image` is [3, side, side], about -1..1; the side is derived from its length.
 * @throws UsageError `PICTURE_SHAPE` where `image` is not square with three channels.
 */
export function toPicture(image: Float32Array): Picture {
  const pixels = image.length / CHANNELS;
  const side = Math.sqrt(pixels);
  if (!Number.isInteger(side) || side === 0) {
    throw new UsageError('PICTURE_SHAPE', `image: expected [3, side, side], found ${image.length} values`);
  }
  const data = new Uint8Array(image.length);
  for (let channel = 0; channel < CHANNELS; channel++) {
    const offset = channel * pixels;
    for (let i = 0; i < pixels; i++) {
      // Rounded to 32 bits after each step, because the reference computes so, and truncation shows a last bit.
      const level = Math.fround(Math.fround(image[offset + i]! * 127.5) + 128);
      data[i * CHANNELS + channel] = Math.min(Math.max(level, 0), 255);
    }
  }
  return { width: side, height: side, data };
}

/** A picture as generators and losses take it: [3, height, width], level / 127.5 - 1, so that 0..255 is -1..1. */
export function fromPicture(picture: Picture): Float32Array {
  const pixels = picture.width * picture.height;
  const image = new Float32Array(CHANNELS * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      image[channel * pixels + i] = picture.data[i * CHANNELS + channel]! / 127.5 - 1;
    }
  }
  return image;
}
