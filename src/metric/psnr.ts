import type { Picture } from '../picture/picture.js';

/** Pictures without any difference have no finite ratio; this is more than 8 bits can tell. */
const IDENTICAL_DB = 99;

/** Peak signal-to-noise ratio of two pictures of one size, in decibels: 20 is alike, 30 hardly to be told apart. */
export function psnr(a: Picture, b: Picture): number {
  let squares = 0;
  for (let i = 0; i < a.data.length; i++) squares += (a.data[i]! - b.data[i]!) ** 2;
  return squares === 0 ? IDENTICAL_DB : 10 * Math.log10((255 ** 2 * a.data.length) / squares);
}
