import { CHANNELS, type Picture } from '../picture/picture.js';
import { resample } from '../picture/resize.js';
import { boundsOf, type Quad } from './quad.js';

/**
 * Where the mask begins to fade, as a share of the way from the middle of the face's square to its border. Faces end
 * at about two thirds; what is beyond is hair and background, which the photo goes on with.
 */
const FADE_FROM = 0.7;

/** Side in pixels up to which a face is put back from a picture of twice its size: 50 MB. */
const MAX_OVERSAMPLED = 4096;

/**
 * How much of a face's square is shown at a place in it: 1 around the middle, 0 at the border and outside, and a
 * smooth way between them, along squares with round corners.
 * @param u from left to right, 0..1; @param v from top to bottom, 0..1
 */
export function featheredMask(u: number, v: number): number {
  const radius = ((2 * u - 1) ** 4 + (2 * v - 1) ** 4) ** 0.25;
  const share = Math.min(Math.max((1 - radius) / (1 - FADE_FROM), 0), 1);
  return share * share * (3 - 2 * share);
}

/**
 * Puts a picture of an aligned face back into the photo that it was cut out of, by the inverse of the same quad: with
 * exactly the picture that was cut out, the photo stays as it was.
 *
 * @param photo upright, in its full size
 * @param face square, of any size
 * @returns a new picture of the photo's size
 */
export async function pasteFace(photo: Picture, face: Picture, quad: Quad): Promise<Picture> {
  const copy = { ...photo, data: photo.data.slice() };
  await pasteInto(copy, face, quad);
  return copy;
}

/** {@link pasteFace} that changes the photo itself, as large ones take hundreds of megabytes. */
export async function pasteInto({ width, height, data }: Picture, face: Picture, quad: Quad): Promise<void> {
  // Two pixels for each of the photo: fewer would blur what is put back, more would be sampled with gaps.
  const wanted = Math.max(quad.size, Math.min(2 * quad.size, MAX_OVERSAMPLED));
  const scaled = await resample(face, wanted / face.width);
  const side = scaled.width;
  const bounds = boundsOf(quad);
  const place = inverseOf(quad);
  for (let y = Math.max(bounds.top, 0); y <= Math.min(bounds.bottom, height - 1); y++) {
    for (let x = Math.max(bounds.left, 0); x <= Math.min(bounds.right, width - 1); x++) {
      const [u, v] = place(x, y);
      if (u <= 0 || v <= 0 || u >= 1 || v >= 1) continue;
      const share = featheredMask(u, v);
      const target = (y * width + x) * CHANNELS;
      for (let i = 0; i < CHANNELS; i++) {
        const level = sample(scaled, u * side - 0.5, v * side - 0.5, i);
        data[target + i] = Math.round(data[target + i]! + (level - data[target + i]!) * share);
      }
    }
  }
}

/** The place in a quad, 0..1 to the right and down, of a pixel of the photo. */
function inverseOf({
  corners: [[x0, y0], [x1, y1], , [x3, y3]],
}: Quad): (x: number, y: number) => [number, number] {
  const [acrossX, acrossY, downX, downY] = [x3 - x0, y3 - y0, x1 - x0, y1 - y0];
  const area = acrossX * downY - acrossY * downX;
  return (x, y) => [
    ((x - x0) * downY - (y - y0) * downX) / area,
    ((y - y0) * acrossX - (x - x0) * acrossY) / area,
  ];
}

/** Bilinear; beyond the border the border's own pixels. */
function sample({ width, height, data }: Picture, x: number, y: number, channel: number): number {
  const left = Math.min(Math.max(Math.floor(x), 0), width - 1);
  const top = Math.min(Math.max(Math.floor(y), 0), height - 1);
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const [shareX, shareY] = [Math.min(Math.max(x - left, 0), 1), Math.min(Math.max(y - top, 0), 1)];
  const at = (column: number, row: number) => data[(row * width + column) * CHANNELS + channel]!;
  const above = at(left, top) + (at(right, top) - at(left, top)) * shareX;
  const below = at(left, bottom) + (at(right, bottom) - at(left, bottom)) * shareX;
  return above + (below - above) * shareY;
}
