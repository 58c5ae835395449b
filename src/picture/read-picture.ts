import { decoded, readPictureBytes } from './decode.js';
import type { Picture } from './picture.js';

/**
 * A picture file as a generator of `size` pixels takes it: turned the way its EXIF says, transparency on white,
 * converted to 8-bit sRGB, the largest centred square, resized with a Lanczos filter. A file that has `size` by
 * `size` pixels already is not resampled. Of an animation the first frame counts. The format is that of the content:
 * anything that sharp decodes (JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG), whatever the extension says.
 *
 * @throws InputFileError `FILE_MISSING`, `FILE_IS_FOLDER`, `FILE_EMPTY`, `FILE_UNREADABLE`, `PICTURE_UNREADABLE`.
 */
export async function readPicture(path: string, size: number): Promise<Picture> {
  return decodePicture(await readPictureBytes(path), size, path);
}

/** {@link readPicture} for a file that is in memory; `name` is what messages call it. */
export function decodePicture(bytes: Uint8Array, size: number, name: string): Promise<Picture> {
  return decoded(bytes, name, (image) =>
    image.resize(size, size, {
      fit: 'cover',
      position: 'centre',
      kernel: 'lanczos3',
      fastShrinkOnLoad: false,
    }),
  );
}

/** A picture file in its own size and proportions, else as {@link readPicture} reads it. */
export async function readWholePicture(path: string): Promise<Picture> {
  return decoded(await readPictureBytes(path), path, (image) => image);
}
