import { InputFileError } from '../errors.js';
import type { Face } from './detect/find-faces.js';

/** All faces of a photo, the one with the largest box, or the one with this number, from 1, from left to right. */
export type FaceChoice = 'all' | 'largest' | number;

/** A face and its number among all of the photo, from 1, from left to right. */
export interface NumberedFace {
  readonly face: Face;
  readonly number: number;
}

/**
 * The faces that are meant.
 * @param faces of one photo, from left to right
 * @param name what messages call the photo
 * @throws InputFileError `FACE_MISSING` where there is none, or not that many
 */
export function chooseFaces(faces: readonly Face[], choice: FaceChoice, name: string): NumberedFace[] {
  if (faces.length === 0) {
    throw new InputFileError('FACE_MISSING', `${name}: expected a face, found none`, {
      hint: 'crop closer, or lower `minSize`; a picture that is aligned already needs `align: false`',
    });
  }
  const numbered = faces.map((face, i) => ({ face, number: i + 1 }));
  if (choice === 'all') return numbered;
  if (choice === 'largest') return [numbered.reduce((a, b) => (area(b) > area(a) ? b : a))];
  const chosen = numbered[choice - 1];
  if (chosen !== undefined) return [chosen];
  const found = faces.length === 1 ? '1 face' : `${faces.length} faces`;
  throw new InputFileError('FACE_MISSING', `${name}: expected a face number ${choice}, found ${found}`, {
    hint: 'faces are numbered from 1, from left to right',
  });
}

function area({ face: { box } }: NumberedFace): number {
  return box.width * box.height;
}
