import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import type { FaceChoice } from '../../face/choose-faces.js';
import { DEFAULT_MIN_SIZE } from '../../face/limits.js';
import { text, wholeNumber } from './options.js';

/** Options of the commands that look for faces. */
export interface FaceOptions {
  readonly face: FaceChoice;
  readonly minSize: number;
  readonly landmarks?: string;
}

export function addFaceOptions(command: Command): Command {
  return command
    .option(
      '--face <which>',
      'all faces of a photo, the largest, or the one with this number, from the left',
      faceChoice,
      'all',
    )
    .option(
      '--min-size <pixels>',
      'leave out faces that are smaller in the photo',
      wholeNumber('--min-size', { min: 1 }),
      DEFAULT_MIN_SIZE,
    )
    .option(
      '--landmarks <file>',
      'the 68 points of the one face of the one photo (JSON), instead of looking for faces',
      text('--landmarks'),
    );
}

function faceChoice(word: string): FaceChoice {
  if (word === 'all' || word === 'largest') return word;
  if (/^[1-9]\d{0,5}$/.test(word)) return Number(word);
  throw new UsageError(
    'OPTION_MALFORMED',
    `--face: expected all, largest or a number from 1, found ${JSON.stringify(word.slice(0, 40))}`,
  );
}
