import sharp, { type Sharp } from 'sharp';
import { InputFileError } from '../errors.js';
import { openForReading } from '../files/random-access.js';
import { plainBytes } from './bytes.js';
import { CHANNELS, type Picture } from './picture.js';
import { isSvg, rasteriseSvg } from './rasterise-svg.js';

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
 * The bytes of a picture file.
 * @throws InputFileError `FILE_MISSING`, `FILE_IS_FOLDER`, `FILE_EMPTY`, `FILE_UNREADABLE`, `PICTURE_UNREADABLE`.
 */
export async function readPictureBytes(path: string): Promise<Uint8Array> {
  await using file = await openForReading(path);
  if (file.size > MAX_FILE_BYTES) {
    throw new InputFileError(
      'PICTURE_UNREADABLE',
      `${path}: expected a picture of at most ${MAX_FILE_BYTES} bytes, found ${file.size}`,
    );
  }
  return await file.read(0, file.size);
}

/** The size of a picture in pixels when it is upright; `name` is what messages call it. Reads the header only. */
export function uprightSize(bytes: Uint8Array, name: string): Promise<{ width: number; height: number }> {
  return explained(bytes, name, async (pixels) => (await opened(pixels).metadata()).autoOrient);
}

/**
 * Decodes a picture: turned the way its EXIF says, the first frame of an animation, transparency on white, converted
 * to 8-bit sRGB. `resized` adds what happens to the geometry.
 * @param name what messages call it
 * @throws InputFileError `PICTURE_UNREADABLE`
 */
export function decoded(bytes: Uint8Array, name: string, resized: (image: Sharp) => Sharp): Promise<Picture> {
  return explained(bytes, name, async (pixels) => {
    const { data, info } = await resized(
      opened(pixels).flatten({ background: '#ffffff' }).toColourspace('srgb'),
    )
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== CHANNELS) throw new Error(`it has ${info.channels} channels after conversion`);
    return { width: info.width, height: info.height, data: plainBytes(data) };
  });
}

function opened(bytes: Uint8Array): Sharp {
  return sharp(bytes, {
    // Stops at truncated and damaged data, but not at a camera's odd metadata.
    failOn: 'error',
    limitInputPixels: MAX_PIXELS,
    pages: 1,
    autoOrient: true,
  });
}

const drawings = new WeakMap<Uint8Array, Promise<Uint8Array>>();

/** The bytes of a picture of pixels; SVG is drawn, once. */
function ofPixels(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
  if (!isSvg(bytes)) return bytes;
  const drawing = drawings.get(bytes) ?? rasteriseSvg(bytes, MAX_PIXELS);
  drawings.set(bytes, drawing);
  return drawing;
}

async function explained<T>(
  bytes: Uint8Array,
  name: string,
  work: (pixels: Uint8Array) => Promise<T>,
): Promise<T> {
  try {
    return await work(await ofPixels(bytes));
  } catch (cause) {
    const [why, hint] = isHeic(bytes)
      ? [
          'it is HEIC, whose decoder does not come with this program',
          'save it as JPEG: telephones can do that, too',
        ]
      : [
          reason(cause),
          'expected a JPEG, PNG, WebP, AVIF, GIF, TIFF or SVG file that other programs can open',
        ];
    throw new InputFileError('PICTURE_UNREADABLE', `${name}: cannot be read as a picture: ${why}`, {
      cause,
      hint,
    });
  }
}

/** Brands of pictures that are compressed with HEVC, for which sharp has no decoder because of its patents. */
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs'];

/**
 * Whether the first box of a file says that it is such a picture; the brand of iPhones may come after a general one.
 */
function isHeic(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  if (text.slice(4, 8) !== 'ftyp') return false;
  const length = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), text.length);
  return HEIC_BRANDS.some((brand) => text.slice(8, length).includes(brand));
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
