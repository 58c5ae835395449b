import { CHANNELS, type Picture } from '../picture/picture.js';
import type { Quad } from './quad.js';

/**
 * The part of a picture inside `quad` as an upright square of `side` pixels: bilinear, black where the quad leaves
 * the picture, and levels cut off rather than rounded, as in Pillow's `Image.transform` with `QUAD`, which made FFHQ.
 */
export function warpToSquare(picture: Picture, { corners }: Quad, side: number): Picture {
  const { width, height, data } = picture;
  const [[x0, y0], [swX, swY], , [neX, neY]] = corners;
  const result = new Uint8Array(side * side * CHANNELS);
  // The quad is a square, so that there is no term in both directions. Its corners count from the middle of a
  // pixel, the picture's places from a pixel's corner; the same half is taken off again for the samples.
  const [acrossX, acrossY] = [(neX - x0) / side, (neY - y0) / side];
  const [downX, downY] = [(swX - x0) / side, (swY - y0) / side];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = x0 + acrossX * (column + 0.5) + downX * (row + 0.5);
      const y = y0 + acrossY * (column + 0.5) + downY * (row + 0.5);
      if (x < -0.5 || y < -0.5 || x >= width - 0.5 || y >= height - 0.5) continue;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [shareX, shareY] = [x - left, y - top];
      const from = Math.max(left, 0);
      const to = Math.min(left + 1, width - 1);
      const upper = Math.max(top, 0) * width;
      const lower = Math.min(top + 1, height - 1) * width;
      const target = (row * side + column) * CHANNELS;
      for (let i = 0; i < CHANNELS; i++) {
        const a = data[(upper + from) * CHANNELS + i]!;
        const b = data[(upper + to) * CHANNELS + i]!;
        const c = data[(lower + from) * CHANNELS + i]!;
        const d = data[(lower + to) * CHANNELS + i]!;
        const above = a + (b - a) * shareX;
        result[target + i] = above + (c + (d - c) * shareX - above) * shareY;
      }
    }
  }
  return { width: side, height: side, data: result };
}
