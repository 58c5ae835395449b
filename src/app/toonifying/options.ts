import type { FaceChoice } from '../../face/choose-faces.js';
import { DEFAULT_MIN_SIZE } from '../../face/limits.js';
import type { SearchChoice } from '../../project/search-settings.js';
import type { FaceChoices } from '../../toonify/face-settings.js';
import type { EngineChoice } from '../run/engine.js';
import type { Run } from '../run/run.js';

export interface ToonifyOptions extends SearchChoice, EngineChoice, Run {
  /** A folder, or the name of the one result (PNG, JPEG, WebP); beside each other here unless given. */
  readonly out?: string;
  /** Truncation in the blend; 1, the default, leaves the counterpart as it is. */
  readonly psi?: number;
  /** Class of conditional generators. */
  readonly class?: number;
  /** All faces of a photo, the largest, or the one with this number, from 1, from the left; all unless given. */
  readonly face?: FaceChoice;
  /** Leave out faces that are smaller in the photo, in pixels; 24 unless given. */
  readonly minSize?: number;
  /** A file with the 68 points of the one face of the one photo, instead of looking for faces. */
  readonly landmarks?: string;
  /** False: the pictures are aligned already, take their centre squares as they are. */
  readonly align?: boolean;
  /** Put the results back into the photo. */
  readonly pasteBack?: boolean;
  /** With `pasteBack`: give the results the light and tint of the photo. */
  readonly matchColours?: boolean;
  /** Write input, reconstruction and result next to each other. */
  readonly sideBySide?: boolean;
  /** Also take the pictures in sub-folders. */
  readonly recursive?: boolean;
  /** Pictures that are worked on at once; one for each core up to 128 px, else one, unless given. */
  readonly jobs?: number;
  /** An HTML page about the pictures, by its name; of folders there is one unless this is false. */
  readonly report?: string | boolean;
  /** A film of the search, for one picture (WebP, GIF or, with ffmpeg, MP4). */
  readonly progressFilm?: string;
  /** Replace files that exist already. */
  readonly force?: boolean;
}

/** What of the options is about faces, with what was left open filled in. */
export function faceChoices(options: ToonifyOptions): FaceChoices {
  const { face = 'all', minSize = DEFAULT_MIN_SIZE, landmarks, align = true } = options;
  const { pasteBack, matchColours, sideBySide } = options;
  return { face, minSize, landmarks, align, pasteBack, matchColours, sideBySide };
}
