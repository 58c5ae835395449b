import { ALIGNED_KEY } from '../face/aligned.js';
import {
  type ChosenFace,
  type FaceOptions,
  type FaceSource,
  type FinderChoice,
  openFaceSource,
} from '../face/face-source.js';
import { openPhoto } from '../face/photo.js';
import { readPictureBytes } from '../picture/decode.js';
import { pictureMetadata } from '../picture/picture-metadata.js';

/** What is taken of a picture for one result. */
export interface Part {
  /** One face, or those that are put back into the photo together; none for a picture that is aligned already. */
  readonly faces: readonly ChosenFace[];
  /** Where a picture has several results: which face this one is of, and how many there are. */
  readonly number?: number;
  readonly of?: number;
}

export interface PartOptions extends FaceOptions {
  /** False where every picture is taken as it is. */
  readonly align: boolean;
  /** Put the results back into the photo. */
  readonly pasteBack?: boolean;
}

/** Looks at pictures before anything is computed, and says what is taken of each. */
export interface Parter {
  /** @throws InputFileError `FACE_MISSING`, `PICTURE_UNREADABLE`, … */
  partsOf(path: string, signal?: AbortSignal): Promise<readonly Part[]>;
  /** Pictures so far that were taken as aligned without having been asked to. */
  readonly taken: () => number;
}

/**
 * A picture is aligned already where its size is exactly the generator's, or where `blend align` made it; every other
 * one is searched for faces.
 *
 * @param size side of the generator's pictures
 * @param pictures how many pictures there are
 */
export async function createParter(
  options: PartOptions & FinderChoice,
  size: number,
  pictures: number,
): Promise<Parter> {
  const source: FaceSource = await openFaceSource(options, pictures);
  let taken = 0;
  return {
    async partsOf(path, signal) {
      if (!options.align) return [{ faces: [] }];
      if (options.landmarks === undefined && (await isAligned(path, size))) {
        taken++;
        return [{ faces: [] }];
      }
      const faces = await source.choose(await openPhoto(path), signal);
      if (options.pasteBack || faces.length === 1) return [{ faces }];
      return faces.map((face) => ({ faces: [face], number: face.number, of: faces.length }));
    },
    taken: () => taken,
  };
}

async function isAligned(path: string, size: number): Promise<boolean> {
  const { width, height } = await openPhoto(path);
  if (width !== height) return false;
  return width === size || (await pictureMetadata(await readPictureBytes(path)))?.[ALIGNED_KEY] !== undefined;
}
