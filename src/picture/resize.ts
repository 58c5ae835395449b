import sharp from 'sharp';
import { plainBytes } from './bytes.js';
import { CHANNELS, type Picture } from './picture.js';

/** Each pixel as a square of `factor` by `factor` pixels; `factor` is a whole number from 1. */
export function enlarge(picture: Picture, factor: number): Picture {
  if (factor === 1) return picture;
  const [width, height] = [picture.width * factor, picture.height * factor];
  const data = new Uint8Array(width * height * CHANNELS);
  for (let y = 0; y < height; y++) {
    const from = Math.floor(y / factor) * picture.width;
    for (let x = 0; x < width; x++) {
      const source = (from + Math.floor(x / factor)) * CHANNELS;
      const target = (y * width + x) * CHANNELS;
      for (let i = 0; i < CHANNELS; i++) data[target + i] = picture.data[source + i]!;
    }
  }
  return { width, height, data };
}

/** A picture with its sides multiplied by `factor` (any number above 0), at least a pixel each; Lanczos filter. */
export async function resample(picture: Picture, factor: number): Promise<Picture> {
  const width = Math.max(1, Math.round(picture.width * factor));
  const height = Math.max(1, Math.round(picture.height * factor));
  return stretch(picture, width, height);
}

/** A picture of another size, whatever its proportions were; Lanczos filter. */
export async function stretch(picture: Picture, width: number, height: number): Promise<Picture> {
  const raw = { width: picture.width, height: picture.height, channels: CHANNELS } as const;
  const data = await sharp(picture.data, { raw, limitInputPixels: false })
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .raw()
    .toBuffer();
  return { width, height, data: plainBytes(data) };
}
