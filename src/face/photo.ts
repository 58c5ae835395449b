import { decoded, readPictureBytes, uprightSize } from '../picture/decode.js';
import type { Picture } from '../picture/picture.js';

/** A rectangle of whole pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A photo that is decoded as far as it is needed, each time anew: a photo of 100 megapixels never lies in memory as a
 * whole because of one face. Everything is upright (EXIF) and 8-bit sRGB.
 */
export interface Photo {
  /** What messages call it. */
  readonly name: string;
  /** Pixels, upright. */
  readonly width: number;
  readonly height: number;
  /**
   * The whole photo resized to `size` with a Lanczos filter (default: its own size), and of that a region (default:
   * all of it).
   * @throws InputFileError `PICTURE_UNREADABLE`
   */
  pixels(options?: { size?: Pick<Picture, 'width' | 'height'>; region?: Region }): Promise<Picture>;
}

/**
 * Opens a photo; so far only its header is looked at.
 * @throws InputFileError as `readPicture`
 */
export async function openPhoto(path: string): Promise<Photo> {
  return photoOf(await readPictureBytes(path), path);
}

/** {@link openPhoto} for a file that is in memory. */
export async function photoOf(bytes: Uint8Array, name: string): Promise<Photo> {
  const { width, height } = await uprightSize(bytes, name);
  return {
    name,
    width,
    height,
    pixels: ({ size = { width, height }, region } = {}) =>
      decoded(bytes, name, (image) => {
        const isResized = size.width !== width || size.height !== height;
        const whole = isResized
          ? image.resize(size.width, size.height, {
              fit: 'fill',
              kernel: 'lanczos3',
              fastShrinkOnLoad: false,
            })
          : image;
        return region === undefined ? whole : whole.extract(region);
      }),
  };
}
