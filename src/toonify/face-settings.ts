import { createHash } from 'node:crypto';
import { optionsExclusive, UsageError } from '../errors.js';
import { readLandmarks } from '../face/landmarks-file.js';
import { DEFAULT_MIN_SIZE } from '../face/limits.js';
import { definedOf } from '../json/defined.js';
import type { Settings } from './batch/record.js';
import type { PartOptions } from './parts.js';

export interface FaceChoices extends PartOptions {
  /** Give the results that are put back the light and tint of the photo. */
  readonly matchColours?: boolean;
  readonly sideBySide?: boolean;
}

/** @throws UsageError `OPTIONS_EXCLUSIVE`, `OPTION_MISSING` */
export function requireConsistentFaces(options: FaceChoices): void {
  const { align, landmarks, pasteBack, matchColours, sideBySide } = options;
  if (!align && landmarks !== undefined)
    throw optionsExclusive(
      'align: false',
      'landmarks',
      'landmarks are for pictures that are not aligned yet',
    );
  if (!align && pasteBack)
    throw optionsExclusive(
      'align: false',
      'pasteBack',
      'a picture that is not cut out of a photo has no place in one',
    );
  if (sideBySide && pasteBack)
    throw optionsExclusive('sideBySide', 'pasteBack', 'run it twice, with different `out`');
  if (matchColours && !pasteBack) {
    throw new UsageError('OPTION_MISSING', '`matchColours`: expected `pasteBack` beside it, found none', {
      hint: 'the colours are those of the photo that faces are put back into',
    });
  }
}

type FaceSettings = Pick<Settings, 'align' | 'face' | 'minSize' | 'landmarks' | 'pasteBack' | 'matchColours'>;

/**
 * What of the choice of faces a result depends on, as far as it is not the default: so a picture that is aligned
 * already has the same settings with and without.
 */
export async function faceSettings(options: FaceChoices): Promise<FaceSettings> {
  const { align, face, minSize, landmarks, pasteBack, matchColours } = options;
  return definedOf({
    align: align ? undefined : (false as const),
    face: face === 'all' ? undefined : face,
    minSize: minSize === DEFAULT_MIN_SIZE ? undefined : minSize,
    landmarks: landmarks === undefined ? undefined : await landmarksHash(landmarks),
    pasteBack: pasteBack ? (true as const) : undefined,
    matchColours: matchColours ? (true as const) : undefined,
  });
}

async function landmarksHash(path: string): Promise<string> {
  const { points } = await readLandmarks(path);
  return createHash('sha256').update(JSON.stringify(points)).digest('hex');
}
