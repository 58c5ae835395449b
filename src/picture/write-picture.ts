import { extname } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { UsageError } from '../errors.js';
import { type WriteOptions, writeFileAtomically } from '../files/atomic-write.js';
import { plainBytes } from './bytes.js';
import { CHANNELS, type Picture } from './picture.js';
import { metadataToXmp } from './picture-metadata.js';

/** The formats that pictures are written in. */
export type PictureFormat = 'png' | 'jpeg' | 'webp';

const FORMAT_OF_EXTENSION: Readonly<Record<string, PictureFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/** High enough for drawings with hard edges; colour is kept at full resolution for the same reason. */
const JPEG_QUALITY = 93;
const WEBP_QUALITY = 92;

export interface EncodeOptions {
  /** Free text to carry along, read again by `pictureMetadata`. Written as XMP. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The format that a file name asks for by its extension, in either case.
 * @throws UsageError `PICTURE_FORMAT` listing the known extensions.
 */
export function formatOf(path: string): PictureFormat {
  const extension = extname(path).toLowerCase();
  const format = Object.hasOwn(FORMAT_OF_EXTENSION, extension) ? FORMAT_OF_EXTENSION[extension] : undefined;
  if (format !== undefined) return format;
  const known = Object.keys(FORMAT_OF_EXTENSION).join(', ');
  throw new UsageError(
    'PICTURE_FORMAT',
    `${path}: expected a picture's name ending in ${known}, found ${extension === '' ? 'no extension' : extension}`,
  );
}

/** The bytes of a picture file. PNG is lossless, JPEG and WebP are not. Equal pictures give equal bytes. */
export async function encodePicture(
  picture: Picture,
  format: PictureFormat,
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  const { width, height, data } = picture;
  let image = sharp(data, { raw: { width, height, channels: CHANNELS }, limitInputPixels: false });
  if (options.metadata !== undefined) image = image.withXmp(metadataToXmp(options.metadata));
  return plainBytes(await encoder(image, format).toBuffer());
}

function encoder(image: Sharp, format: PictureFormat): Sharp {
  switch (format) {
    case 'jpeg':
      return image.jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' });
    case 'webp':
      return image.webp({ quality: WEBP_QUALITY, smartSubsample: true });
    case 'png':
      return image.png();
  }
}

/**
 * Writes a picture in the format of its extension, completely or not at all.
 * @throws UsageError `PICTURE_FORMAT`.
 * @throws OutputError as `writeFileAtomically`, e.g. `OUTPUT_EXISTS` without `force`.
 */
export async function writePicture(
  path: string,
  picture: Picture,
  options: EncodeOptions & WriteOptions = {},
): Promise<void> {
  const bytes = await encodePicture(picture, formatOf(path), options);
  await writeFileAtomically(path, bytes, { force: options.force });
}
