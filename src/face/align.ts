import { InputFileError } from '../errors.js';
import type { Picture } from '../picture/picture.js';
import { resample } from '../picture/resize.js';
import type { Landmarks } from './landmarks.js';
import { SUPERSAMPLING } from './limits.js';
import { type Padding, padFading } from './pad.js';
import type { Photo, Region } from './photo.js';
import { boundsOf, placed, type Quad, quadOf, requireFace } from './quad.js';
import { warpToSquare } from './warp.js';

export interface CutoutOptions {
  /** Side of the result in pixels. */
  readonly size: number;
  /** Side before it is reduced to `size`. Default: four times `size`. */
  readonly transformSize?: number;
}

/** A face as generators of FFHQ know them, and where it was in the photo. */
export interface Cutout {
  readonly picture: Picture;
  readonly quad: Quad;
}

/**
 * Cuts a face out of a photo exactly as the pictures of FFHQ were: turned so that the eyes are level, scaled by the
 * distances of eyes and mouth; what the photo lacks is mirrored and blurred.
 *
 * Takes memory for the face, not for the photo: some 30 bytes for each pixel of (4 · size)² at the most.
 *
 * @throws InputFileError `LANDMARKS_DEGENERATE`, `FACE_OUTSIDE`, `PICTURE_UNREADABLE`
 * @example const { picture } = await alignFace(await openPhoto('me.jpg'), face, { size: 1024 });
 */
export async function alignFace(
  photo: Photo,
  landmarks: Landmarks,
  { size, transformSize = SUPERSAMPLING * size }: CutoutOptions,
): Promise<Cutout> {
  requireFace(landmarks, photo.name);
  const quad = quadOf(landmarks);
  const region = await cropped(photo, quad, size);
  const { picture, quad: inPicture } = padded(region);
  const square = warpToSquare(picture, inPicture, transformSize);
  return { picture: size < transformSize ? await resample(square, size / transformSize) : square, quad };
}

/** A part of the photo, perhaps reduced, and the quad in it. */
interface Part {
  readonly picture: Picture;
  readonly quad: Quad;
  /** Pixels that are wanted beside the quad. */
  readonly border: number;
}

/** Reduces where the face is much larger than the result, and cuts out what surrounds the quad. */
async function cropped(photo: Photo, inPhoto: Quad, size: number): Promise<Part> {
  const shrink = Math.max(Math.floor((inPhoto.size / size) * 0.5), 1);
  const [width, height] = [roundedToEven(photo.width / shrink), roundedToEven(photo.height / shrink)];
  const quad = placed(inPhoto, [0, 0], 1 / shrink);
  const border = Math.max(roundedToEven(quad.size * 0.1), 3);
  const bounds = boundsOf(quad);
  const left = Math.max(bounds.left - border, 0);
  const top = Math.max(bounds.top - border, 0);
  const region: Region = {
    left,
    top,
    width: Math.min(bounds.right + border, width) - left,
    height: Math.min(bounds.bottom + border, height) - top,
  };
  if (region.width < 1 || region.height < 1) {
    throw new InputFileError('FACE_OUTSIDE', `${photo.name}: the landmarks lie outside the photo`, {
      hint: `it has ${photo.width} x ${photo.height} pixels when it is upright`,
    });
  }
  const picture = await photo.pixels({ size: { width, height }, region });
  return { picture, quad: placed(quad, [-left, -top]), border };
}

/** Continues the part where the quad comes close to its border, or leaves it. */
function padded({ picture, quad, border }: Part): Omit<Part, 'border'> {
  const bounds = boundsOf(quad);
  const lacking: Padding = {
    left: Math.max(-bounds.left + border, 0),
    top: Math.max(-bounds.top + border, 0),
    right: Math.max(bounds.right - picture.width + border, 0),
    bottom: Math.max(bounds.bottom - picture.height + border, 0),
  };
  if (Math.max(...Object.values(lacking)) <= border - 4) return { picture, quad };
  const least = Math.max(roundedToEven(quad.size * 0.3), 1);
  const padding: Padding = {
    left: Math.max(lacking.left, least),
    top: Math.max(lacking.top, least),
    right: Math.max(lacking.right, least),
    bottom: Math.max(lacking.bottom, least),
  };
  return {
    picture: padFading(picture, padding, quad.size * 0.02),
    quad: placed(quad, [padding.left, padding.top]),
  };
}

/** Halves go to the even neighbour, as in numpy.rint. */
function roundedToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
