import { align } from '../../app/align.js';
import { MAX_ALIGNED_SIZE, MIN_ALIGNED_SIZE } from '../../face/limits.js';
import { command } from '../command.js';
import { faceOptions } from '../options/face.js';
import { recursive } from '../options/models.js';
import { about, option, withUsual } from '../options/option.js';
import { force, out } from '../options/output.js';
import { wholeNumber } from '../options/parsers.js';
import { COMMANDS } from './list.js';

/** `blend align PHOTO...`: finds faces and cuts them out as the pictures of FFHQ were. */
export default command(COMMANDS.align, {
  options: [
    about(recursive, 'also take the photos in sub-folders'),
    ...faceOptions,
    option(
      '--size <pixels>',
      'side of the results (default: 1024, or what --landmarks says)',
      'out',
      wholeNumber({ min: MIN_ALIGNED_SIZE, max: MAX_ALIGNED_SIZE }),
    ),
    withUsual(
      out(
        'a folder for files such as NAME-face.png, or NAME-face-2.png where there are several; or one picture (PNG, JPEG, WebP)',
      ),
      '.',
    ),
    force,
  ],
  async run([photos], options, run) {
    const { document, failure } = await align(photos, { ...options, ...run });
    const faces = document.results.flatMap((result) => result.faces ?? []);
    return {
      document,
      notes: [`${count(document.results.length, 'photo')}: ${count(faces.length, 'face')} aligned`],
      lines: faces.map(({ output }) => output),
      failure,
    };
  },
});

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
