import { optionMissing, optionsExclusive, UsageError } from '../../errors.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { faceOptions } from '../options/face.js';
import { classOption, model, psi, recursive } from '../options/models.js';
import { flag, option } from '../options/option.js';
import { force, out, progressFilm } from '../options/output.js';
import { text, wholeNumber } from '../options/parsers.js';
import { pivotal, searchOptions } from '../options/search.js';
import { pairOf, sourceOf, sourceOptions } from '../options/source.js';
import { PROGRAMS } from './list.js';

const EXAMPLES = `
Without models the bundled pair toonhead + pixelart is blended at swap 8. Pictures may be in any format that is
commonly used. Faces are looked for and cut out the way generators know them; a picture of exactly the generator's size,
or one that "blend align" made, is taken as aligned already. Results are PNG files called NAME-toon.png, in the current
folder (NAME-toon-1.png, NAME-toon-2.png, ... of a photo with several faces); those of a folder are in FOLDER-toons here,
in the same sub-folders. A second run skips what is finished already.

Examples:
  toonify portrait.jpg
  toonify photos --out toons --side-by-side
  toonify party.jpg --paste-back --match-colours
  toonify portrait.jpg --base toonhead --transfer dylan --swap 8
  toonify portrait.jpg --recipe three.yaml
  toonify portrait.jpg --blend my-blend.safetensors --base my-base.safetensors
  toonify --again portrait-toon.png

Exit codes: 0 done, 1 fault of the program, 2 wrong call, 3 bad input file, 4 cannot write, 5 some pictures failed,
130 interrupted.`;

/** What may stand beside `--again`: where things are, what computes, how it is said. */
const WITH_AGAIN: readonly string[] = [
  ...['again', 'out', 'force', 'base', 'transfer', 'blend', 'model', 'landmarks'],
  ...['engine', 'device', 'threads', 'half', 'cache', 'json', 'quiet', 'verbose'],
];

export default command(PROGRAMS.toonify, {
  examples: EXAMPLES,
  options: [
    ...sourceOptions,
    option('--blend <model>', 'a finished blend of the base, instead of models or a recipe', 'in', text),
    psi,
    classOption,
    recursive,
    model,
    out('a folder, or the name of the one result (PNG, JPEG, WebP)'),
    flag('--side-by-side', 'write input, reconstruction and result next to each other', 'out'),
    option(
      '--report <file>',
      'an HTML page about the pictures (default for folders: report.html with the results)',
      'out',
      text as (word: string, name: string) => string | boolean,
      { rare: true },
    ),
    flag('--no-report', 'no such page', 'out', { rare: true }),
    progressFilm,
    force,
    ...faceOptions,
    flag('--no-align', 'the pictures are aligned already: take their centre squares as they are', 'face'),
    flag('--paste-back', 'put the results back into the photo', 'face'),
    flag('--match-colours', 'with --paste-back: give the results the light and tint of the photo', 'face'),
    ...searchOptions,
    pivotal,
    ...engineOptions,
    option(
      '--jobs <n>',
      'pictures that are worked on at once (default: one for each core up to 128 px, else 1)',
      'engine',
      wholeNumber({ min: 1, max: 64 }),
      { rare: true },
    ),
    option(
      '--again <result>',
      'make a result once more, from the settings that it carries, and compare; a PICTURE only where it is not found',
      'in',
      text,
    ),
  ],
  async run([paths], options, run, given) {
    if (options.again !== undefined) {
      return (await import('./again.js')).madeAgain(options.again, paths, options, run, given, WITH_AGAIN);
    }
    if (paths.length === 0) {
      throw new UsageError('ARGUMENT_MISSING', 'picture|folder: expected, but not given', {
        hint: 'for example: toonify portrait.jpg; see also toonify --help',
      });
    }
    if (options.model !== undefined)
      throw optionMissing('again', '`model` says where a model of a result is');
    const { toonify } = await import('../../app/toonify.js');
    const { toonSource } = await import('../../app/toonifying/open-models.js');
    const { summaryOf } = await import('../lines/toonify-lines.js');
    const { recipe, blend } = options;
    if (recipe !== undefined && blend !== undefined) throw optionsExclusive('recipe', 'blend');
    const source =
      recipe === undefined ? toonSource({ ...pairOf(options), blend }) : sourceOf(undefined, options);
    const { document, failure } = await toonify(paths, source, { ...computing(options), ...run });
    const lines = document.results.flatMap(({ status, output }) =>
      status === 'failed' || output === undefined ? [] : [output],
    );
    return { document, lines, notes: summaryOf(document.results), failure };
  },
});
