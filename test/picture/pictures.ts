import type { Picture } from '../../src/picture/picture.js';

/** A soft gradient, different in each channel and asymmetrical, as lossy formats keep it. */
export function smoothPicture(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = (y * width + x) * 3;
      data[pixel] = Math.round((255 * x) / width);
      data[pixel + 1] = Math.round((255 * y) / height);
      data[pixel + 2] = 128;
    }
  }
  return { width, height, data };
}

/** One colour everywhere. */
export function flatPicture(
  width: number,
  height: number,
  colour: readonly [number, number, number],
): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 3]!;
  return { width, height, data };
}

/** The colour of one pixel. */
export function pixelAt(picture: Picture, x: number, y: number): [number, number, number] {
  const at = (y * picture.width + x) * 3;
  const { data } = picture;
  return [data[at]!, data[at + 1]!, data[at + 2]!];
}
