import { CHANNELS, type Picture } from '../picture/picture.js';
import { gaussianBlur } from './blur.js';
import type { Plane } from './planes.js';

/** Pixels to add on each side. */
export interface Padding {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * A picture continued beyond its borders the FFHQ way: mirrored, fading into a blur and then into the median of each
 * colour, so that what is not in the photo does not look like something that is.
 *
 * @param padding at least a pixel on each side
 * @param sigma of the blur, in pixels
 */
export function padFading(picture: Picture, padding: Padding, sigma: number): Picture {
  const width = padding.left + picture.width + padding.right;
  const height = padding.top + picture.height + padding.bottom;
  const data = new Uint8Array(width * height * CHANNELS);
  const mask = fadingMask(width, height, padding);
  // One colour at a time, because of the memory.
  for (let channel = 0; channel < CHANNELS; channel++) {
    const { values } = mirroredPlane(picture, channel, padding, width, height);
    const blurred = gaussianBlur({ width, height, values }, sigma).values;
    for (let i = 0; i < values.length; i++)
      values[i]! += (blurred[i]! - values[i]!) * clamped(mask[i]! * 3 + 1);
    const middle = median(values);
    for (let i = 0; i < values.length; i++) {
      const level = values[i]! + (middle - values[i]!) * clamped(mask[i]!);
      data[i * CHANNELS + channel] = Math.min(Math.max(Math.round(level), 0), 255);
    }
  }
  return { width, height, data };
}

/** 1 at the new border, 0 where the photo begins, and on below 0 in it. */
function fadingMask(width: number, height: number, { left, top, right, bottom }: Padding): Float32Array {
  const mask = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const vertical = Math.min(y / top, (height - 1 - y) / bottom);
    for (let x = 0; x < width; x++) {
      const horizontal = Math.min(x / left, (width - 1 - x) / right);
      mask[y * width + x] = 1 - Math.min(horizontal, vertical);
    }
  }
  return mask;
}

function mirroredPlane(
  { width: inner, height: innerHeight, data }: Picture,
  channel: number,
  { left, top }: Padding,
  width: number,
  height: number,
): Plane {
  const values = new Float32Array(width * height);
  const columns = Array.from({ length: width }, (_, x) => mirrored(x - left, inner));
  for (let y = 0; y < height; y++) {
    const row = mirrored(y - top, innerHeight) * inner;
    for (let x = 0; x < width; x++) values[y * width + x] = data[(row + columns[x]!) * CHANNELS + channel]!;
  }
  return { width, height, values };
}

/** ... 2 1 | 0 1 2 ... n-1 | n-2 n-3 ...: without the border's pixels twice (`mode='reflect'` of numpy.pad). */
function mirrored(i: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const inPeriod = ((i % period) + period) % period;
  return Math.min(inPeriod, period - inPeriod);
}

/** Steps a level in which the median is looked for; the result is rounded to whole levels later. */
const STEPS = 256;

function median(values: Float32Array): number {
  const counts = new Uint32Array(256 * STEPS + 1);
  for (const value of values) counts[Math.min(Math.max(Math.round(value * STEPS), 0), 256 * STEPS)]!++;
  let below = 0;
  for (let i = 0; i < counts.length; i++) {
    below += counts[i]!;
    if (2 * below >= values.length) return i / STEPS;
  }
  return 0;
}

function clamped(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}
