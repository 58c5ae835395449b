import { Command } from 'commander';
import { UsageError } from '../errors.js';
import { addFaceOptions } from './options/face-options.js';
import { addClass, addCommon, addEngine, addPsi, addRecipe, text, wholeNumber } from './options/options.js';
import { addPivotal, addProjectionOptions } from './options/search-options.js';
import { runProgram, type Start } from './run.js';
import { HELP_OUTPUT } from './terminal/help-output.js';
import { addVersion } from './version.js';

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
  toonify portrait.jpg --model my-blend.safetensors --base my-base.safetensors
  toonify --again portrait-toon.png

Exit codes: 0 done, 1 fault of the program, 2 wrong call, 3 bad input file, 4 cannot write, 5 some pictures failed,
130 interrupted.`;

/** The program `toonify`. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  return runProgram('toonify', argv, toonifyProgram);
}

function toonifyProgram(start: Start): Command {
  const program = addVersion(new Command('toonify'))
    .exitOverride()
    .configureOutput(HELP_OUTPUT)
    .description('Turns pictures into their counterparts in the other domain of a blend.')
    .argument('[picture|folder...]', 'pictures, or folders of pictures')
    .option('--base <model>', 'the generator in which the pictures are found', text('--base'))
    .option('--transfer <model>', 'the generator that it is blended with', text('--transfer'))
    .option('--swap <resolution>', 'where the two are blended', wholeNumber('--swap'))
    .option(
      '--model <blend>',
      'a finished blend of the base, instead of --transfer and --swap',
      text('--model'),
    );
  addFaceOptions(addPsi(addClass(addPivotal(addProjectionOptions(addRecipe(program))))))
    .option('--out <path>', 'a folder, or the name of the one result (PNG, JPEG, WebP)', text('--out'))
    .option('--side-by-side', 'write input, reconstruction and result next to each other')
    .option('--no-align', 'the pictures are aligned already: take their centre squares as they are')
    .option('--paste-back', 'put the results back into the photo')
    .option('--match-colours', 'with --paste-back: give the results the light and tint of the photo')
    .option('--recursive', 'also take the pictures in sub-folders')
    .option(
      '--jobs <n>',
      'pictures that are worked on at once (default: one for each core up to 128 px, else 1)',
      wholeNumber('--jobs', { min: 1, max: 64 }),
    )
    .option(
      '--report <file>',
      'an HTML page about the pictures (default for folders: report.html with the results)',
      text('--report'),
    )
    .option('--no-report', 'no such page')
    .option(
      '--progress-film <file>',
      'a film of the search, for one picture (WebP, GIF or, with ffmpeg, MP4)',
      text('--progress-film'),
    )
    .option(
      '--again <result>',
      'make a result once more, from the settings that it carries, and compare; a PICTURE only where it is not found',
      text('--again'),
    );
  return addCommon(addEngine(program), { writes: true })
    .addHelpText('after', EXAMPLES)
    .action((paths: string[], options, command: Command) =>
      start(async (context) => {
        const { again } = options;
        if (again !== undefined) {
          const { againCommand } = await import('./commands/again.js');
          return againCommand(again, paths, options, command, context);
        }
        if (paths.length === 0) {
          throw new UsageError('ARGUMENT_MISSING', "missing required argument 'picture|folder'", {
            hint: 'for example: toonify portrait.jpg; see also toonify --help',
          });
        }
        return (await import('./commands/toonify.js')).toonifyCommand(paths, options, context);
      }),
    );
}
