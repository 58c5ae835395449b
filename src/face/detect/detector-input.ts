import { CHANNELS, type Picture } from '../../picture/picture.js';
import { DETECTOR_SIDE } from './detector-graph.js';

/** A level of 0..255 as -1..1. */
const HALF_RANGE = 127.5;

/**
 * What the detector is given of a picture: [3, 512, 512], -1..1. The picture lies in the upper left corner of a black
 * square, and that is resized as TensorFlow 1 did: bilinear, and the first pixels stay where they are.
 */
export function detectorInput(picture: Picture): Float32Array {
  const side = Math.max(picture.width, picture.height);
  const data = squared(picture, side);
  const places = placesOf(side);
  const result = new Float32Array(CHANNELS * DETECTOR_SIDE ** 2);
  const line = side * CHANNELS;
  let target = 0;
  // 800,000 numbers: plain loops, with nothing made inside.
  for (let channel = 0; channel < CHANNELS; channel++) {
    for (let y = 0; y < DETECTOR_SIDE; y++) {
      const upper = places.from[y]! * line + channel;
      const lower = places.to[y]! * line + channel;
      const down = places.share[y]!;
      for (let x = 0; x < DETECTOR_SIDE; x++) {
        const left = places.from[x]! * CHANNELS;
        const right = places.to[x]! * CHANNELS;
        const across = places.share[x]!;
        const a = data[upper + left]!;
        const c = data[lower + left]!;
        const above = a + (data[upper + right]! - a) * across;
        const below = c + (data[lower + right]! - c) * across;
        result[target++] = (above + (below - above) * down) / HALF_RANGE - 1;
      }
    }
  }
  return result;
}

/** A picture in the upper left corner of a black square. */
function squared({ width, height, data }: Picture, side: number): Uint8Array {
  if (width === height) return data;
  const square = new Uint8Array(side * side * CHANNELS);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width * CHANNELS, (y + 1) * width * CHANNELS);
    square.set(row, y * side * CHANNELS);
  }
  return square;
}

/** Between which pixels of a line of `extent` each of the 512 lies, and how far it is from the first of the two. */
function placesOf(extent: number): { from: Int32Array; to: Int32Array; share: Float64Array } {
  const places = Float64Array.from({ length: DETECTOR_SIDE }, (_, k) => (k * extent) / DETECTOR_SIDE);
  const from = Int32Array.from(places, Math.floor);
  return {
    from,
    to: from.map((pixel) => Math.min(pixel + 1, extent - 1)),
    share: places.map((place, k) => place - from[k]!),
  };
}
