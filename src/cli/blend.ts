import { Command } from 'commander';
import { COMMANDS } from './commands.js';
import { addCommands } from './definition.js';
import { addBlendOptions } from './options/blend-options.js';
import { runProgram, type Start } from './run.js';
import { HELP_OUTPUT } from './terminal/help-output.js';
import { addVersion } from './version.js';

// Every command's module is imported when the command runs, so that --help answers at once.

const EXAMPLES = `
B, T and MODEL are paths of generators (safetensors, pickles of NVIDIA's tools, .pt of rosinality's), or names: of those
that come with the program (toonhead, pixelart, dylan), and of those that "blend models list" shows.

Examples:
  blend --base toonhead --transfer pixelart --swap 8 --preview preview.png
  blend sweep --base toonhead --transfer pixelart --out sweep.png
  blend plan recipe.yaml; blend recipe.yaml --out blend.safetensors
  blend --base ffhq.pkl --transfer ukiyoe.pkl --swap 16 --out blend.pkl
  blend render toonhead-pixelart-swap8.safetensors --seeds 0-3,85 --psi 0.7 --out faces

Exit codes: 0 done, 1 fault of the program, 2 wrong call, 3 bad input file, 4 cannot write, 5 done in part,
130 interrupted.`;

/** The program `blend`. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  return runProgram('blend', argv, (start) => blendProgram(start, argv));
}

function blendProgram(start: Start, argv: readonly string[]): Command {
  const program = addVersion(new Command('blend'))
    .exitOverride()
    .configureOutput(HELP_OUTPUT)
    .enablePositionalOptions()
    .helpCommand(true)
    .description('Blends StyleGAN2, StyleGAN or PGGAN generators, resolution by resolution.')
    .usage(
      '--base B --transfer T --swap R [options]\n       blend RECIPE.yaml [options]\n       blend COMMAND …',
    )
    // A mistyped command ends up here; the action says which one was meant.
    .allowExcessArguments();
  addBlendOptions(program)
    .option('--print-recipe', 'print the recipe that the options describe, and write nothing')
    .option('--dry-run', 'print what would be done, and write nothing; also blend plan')
    .addHelpText('after', EXAMPLES)
    .action((options, command: Command) =>
      start(async (context) => {
        const { blendCommand } = await import('./commands/blend.js');
        return blendCommand(options, command, context);
      }),
    );

  addCommands(program, COMMANDS, { argv, start });
  return program;
}
