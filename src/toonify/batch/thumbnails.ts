import type { Picture } from '../../picture/picture.js';
import { resample } from '../../picture/resize.js';
import { encodePicture } from '../../picture/write-picture.js';
import type { Thumbnails } from './journal.js';

/** Pixels. */
const HEIGHT = 128;

/** Small JPEGs of a picture and its toon, some 5 kB each. */
export async function thumbnailsOf(before: Picture, after: Picture): Promise<Thumbnails> {
  return { before: await thumbnail(before), after: await thumbnail(after) };
}

async function thumbnail(picture: Picture): Promise<string> {
  const small = picture.height > HEIGHT ? await resample(picture, HEIGHT / picture.height) : picture;
  return Buffer.from(await encodePicture(small, 'jpeg')).toString('base64');
}
