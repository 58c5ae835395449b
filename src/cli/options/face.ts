import type { FaceChoice } from '../../face/choose-faces.js';
import { DEFAULT_MIN_SIZE } from '../../face/limits.js';
import { option, type Parser, withUsual } from './option.js';
import { malformed, text, wholeNumber } from './parsers.js';

const faceChoice: Parser<FaceChoice> = (word, name) => {
  if (word === 'all' || word === 'largest') return word;
  if (/^[1-9]\d{0,5}$/.test(word)) return Number(word);
  throw malformed(name, 'all, largest or a number from 1', word);
};

/** Of the commands that look for faces. */
export const faceOptions = [
  withUsual(
    option(
      '--face <which>',
      'all faces of a photo, the largest, or the one with this number, from the left',
      'face',
      faceChoice,
    ),
    'all',
  ),
  withUsual(
    option(
      '--min-size <pixels>',
      'leave out faces that are smaller in the photo',
      'face',
      wholeNumber({ min: 1 }),
    ),
    DEFAULT_MIN_SIZE,
  ),
  option(
    '--landmarks <file>',
    'the 68 points of the one face of the one photo (JSON), instead of looking for faces',
    'face',
    text,
    { rare: true },
  ),
] as const;
