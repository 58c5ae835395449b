import sharp from 'sharp';
import { InputFileError } from '../errors.js';
import { openForReading } from '../files/random-access.js';
import { plainBytes } from './bytes.js';
import { CHANNELS, type Picture } from './picture.js';

/** Four times the largest file of a 200-megapixel telephone; larger files are something else. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * The largest cameras make 200 megapixels, 600 MB when unpacked. A bomb of a few kilobytes that claims more must not
 * take the memory.
 */
const MAX_PIXELS = 210_000_000;

/** Characters of the decoder's own words that a message repeats. */
const MAX_REASON = 120;

/**
 * A picture file as a generator of `size` pixels takes it: turned the way its EXIF says, transparency on white,
 * converted to 8-bit sRGB, the largest centred square, resized with a Lanczos filter. A file that has `size` by
 * `size` pixels already is not resampled. Of an animation the first frame counts. The format is that of the content:
 * anything that sharp decodes (JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG), whatever the extension says.
 *
 * @throws InputFileError `FILE_MISSING`, `FILE_IS_FOLDER`, `FILE_EMPTY`, `FILE_UNREADABLE`, `PICTURE_UNREADABLE`.
 */
export async function readPicture(path: string, size: number): Promise<Picture> {
  return decodePicture(await readBytes(path), size, path);
}

/** {@link readPicture} for a file that is in memory; `name` is what messages call it. */
export async function decodePicture(bytes: Uint8Array, size: number, name: string): Promise<Picture> {
  try {
    const { data, info } = await sharp(bytes, {
      // Stops at truncated and damaged data, but not at a camera's odd metadata.
      failOn: 'error',
      limitInputPixels: MAX_PIXELS,
      pages: 1,
      autoOrient: true,
    })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(size, size, { fit: 'cover', position: 'centre', kernel: 'lanczos3', fastShrinkOnLoad: false })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== CHANNELS) throw new Error(`it has ${info.channels} channels after conversion`);
    return { width: size, height: size, data: plainBytes(data) };
  } catch (cause) {
    throw new InputFileError('PICTURE_UNREADABLE', `${name}: cannot be read as a picture: ${reason(cause)}`, {
      cause,
      hint: 'expected a JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG file that other programs can open',
    });
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  const file = await openForReading(path);
  try {
    if (file.size > MAX_FILE_BYTES) {
      throw new InputFileError(
        'PICTURE_UNREADABLE',
        `${path}: expected a picture of at most ${MAX_FILE_BYTES} bytes, found ${file.size}`,
      );
    }
    return await file.read(0, file.size);
  } finally {
    await file.close();
  }
}

/** The decoder's words, which may be many lines, on one. */
function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/pixel limit/i.test(text)) return `it has more than ${MAX_PIXELS / 1e6} million pixels`;
  if (/unsupported image format/i.test(text)) return 'the content is no picture format that is known';
  const line = text
    .replace(/^Input buffer (?:has corrupt header|contains)[:\s]*/i, '')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}…` : line || 'it is damaged';
}
