import { alignFace } from '../face/align.js';
import type { ChosenFace } from '../face/face-source.js';
import { matchColours } from '../face/match-colours.js';
import { pasteInto } from '../face/paste.js';
import { openPhoto, type Photo } from '../face/photo.js';
import type { Picture } from '../picture/picture.js';
import { readPicture } from '../picture/read-picture.js';
import { resample } from '../picture/resize.js';
import type { Part } from './parts.js';
import type { Toon, Toonifier } from './toonifier.js';

export interface ToonifyPartOptions {
  /** Side of the generator's pictures. */
  readonly size: number;
  readonly pasteBack: boolean;
  readonly matchColours: boolean;
  /** Where the search for each face is kept, as long as it is not done: one file for each, or none for all. */
  readonly states?: readonly string[];
  readonly signal?: AbortSignal;
  /** @param step of `steps` for each face; as a share of all faces it goes from 0 to 1 */
  readonly onStep: (step: number, loss: number) => void;
  /** Receives pictures of the search, where there is a single face. */
  readonly onFrame?: (frame: Picture) => void;
}

/** Longest side of what is shown of a photo beside its result, in pixels. */
const BEFORE_SIDE = 512;

/** What a part of a picture has become. */
export interface ToonifiedPart extends Toon {
  /** What went in: the aligned face, or the whole photo, made smaller, where faces were put back. */
  readonly before: Picture;
}

/**
 * Cuts out what is wanted of a picture, turns it into its counterpart, and puts that back where it is to be.
 * @param toonifier is only made once the picture has been read: a broken one is to be reported at once
 */
export async function toonifyPart(
  path: string,
  { faces }: Part,
  toonifier: () => Promise<Pick<Toonifier, 'toonify'>>,
  options: ToonifyPartOptions,
): Promise<ToonifiedPart> {
  const { size, pasteBack } = options;
  const search = { ...options, state: options.states?.[0] };
  if (faces.length === 0) {
    const before = await readPicture(path, size);
    return { ...(await (await toonifier()).toonify(before, search)), before };
  }
  const photo = await openPhoto(path);
  if (pasteBack) return pasteAll(photo, faces, toonifier, options);
  const { picture: before } = await alignFace(photo, faces[0]!.landmarks, { size });
  return { ...(await (await toonifier()).toonify(before, search)), before };
}

/** Every face in turn, each into the photo with the ones before; quality is the mean. */
async function pasteAll(
  photo: Photo,
  faces: readonly ChosenFace[],
  toonifier: () => Promise<Pick<Toonifier, 'toonify'>>,
  { size, matchColours: areMatched, states, signal, onStep }: ToonifyPartOptions,
): Promise<ToonifiedPart> {
  const picture = await photo.pixels();
  const before = await resample(picture, Math.min(1, BEFORE_SIDE / Math.max(photo.width, photo.height)));
  const count = faces.length;
  const sum = { distance: 0, psnr: 0 };
  let steps = 0;
  for (const [i, { landmarks }] of faces.entries()) {
    const { picture: aligned, quad } = await alignFace(photo, landmarks, { size });
    const toon = await (await toonifier()).toonify(aligned, {
      state: states?.[i],
      signal,
      onStep(step, loss) {
        if (i === 0) steps = Math.max(steps, step);
        onStep(Math.floor((i * steps + step) / count), loss);
      },
    });
    const face = areMatched ? matchColours(toon.picture, aligned) : toon.picture;
    await pasteInto(picture, face, quad);
    sum.distance += toon.distance / count;
    sum.psnr += toon.psnr / count;
  }
  return { picture, before, ...sum };
}
