import { createHash } from 'node:crypto';
import { UsageError } from '../errors.js';
import { readLandmarks } from '../face/landmarks-file.js';
import { DEFAULT_MIN_SIZE } from '../face/limits.js';
import type { Settings } from './batch/record.js';
import type { PartOptions } from './parts.js';

interface FaceChoices extends PartOptions {
  readonly matchColours?: true;
  readonly sideBySide?: true;
}

/** @throws UsageError `OPTIONS_EXCLUSIVE`, `OPTION_MISSING` */
export function requireConsistentFaces(options: FaceChoices): void {
  const { align, landmarks, pasteBack, matchColours, sideBySide } = options;
  const exclusive = (a: string, b: string, hint: string) =>
    new UsageError('OPTIONS_EXCLUSIVE', `${a} and ${b}: expected one of them, found both`, { hint });
  if (!align && landmarks !== undefined)
    throw exclusive('--no-align', '--landmarks', 'landmarks are for pictures that are not aligned yet');
  if (!align && pasteBack)
    throw exclusive(
      '--no-align',
      '--paste-back',
      'a picture that is not cut out of a photo has no place in one',
    );
  if (sideBySide && pasteBack)
    throw exclusive('--side-by-side', '--paste-back', 'run it twice, with different --out');
  if (matchColours && !pasteBack) {
    throw new UsageError('OPTION_MISSING', '--match-colours: expected --paste-back with it', {
      hint: 'the colours are those of the photo that faces are put back into',
    });
  }
}

/**
 * What of the choice of faces a result depends on, as far as it is not the default: so a picture that is aligned
 * already has the same settings with and without.
 */
export async function faceSettings(options: FaceChoices): Promise<Settings> {
  const { align, face, minSize, landmarks, pasteBack, matchColours } = options;
  return {
    ...(align ? {} : { align }),
    ...(face === 'all' ? {} : { face }),
    ...(minSize === DEFAULT_MIN_SIZE ? {} : { minSize }),
    ...(landmarks === undefined ? {} : { landmarks: await landmarksHash(landmarks) }),
    ...(pasteBack ? { pasteBack } : {}),
    ...(matchColours ? { matchColours } : {}),
  };
}

async function landmarksHash(path: string): Promise<string> {
  const { points } = await readLandmarks(path);
  return createHash('sha256').update(JSON.stringify(points)).digest('hex');
}
