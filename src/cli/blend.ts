import type { Command as Program } from 'commander';
import { UsageError } from '../errors.js';
import type { Command } from './command.js';
import { COMMANDS, MODELS_COMMANDS, PROGRAMS } from './commands/list.js';
import { loadCommand, loadModelsCommands } from './commands/load.js';
import { define, listed, programOf } from './program.js';
import { type Call, runProgram } from './run.js';
import { addVersion } from './version.js';

/** The program `blend`. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  return runProgram('blend', argv, blendProgram);
}

/**
 * The program with its commands listed. Two dozen commands have some three hundred options: a command's module is
 * loaded and its options are defined only where its name is among the words of the call, wherever it may be.
 */
async function blendProgram(call: Call): Promise<Program> {
  const program = addVersion(programOf('blend', PROGRAMS.blend))
    .enablePositionalOptions()
    .helpCommand(true)
    .usage(
      '--base B --transfer T --swap R [options]\n       blend RECIPE.yaml [options]\n       blend COMMAND …',
    );
  const names = Object.keys(COMMANDS) as (keyof typeof COMMANDS)[];
  const called = names.filter((name) => call.argv.includes(name));
  define(program, { entry: PROGRAMS.blend, command: await loadCommand('blend'), commands: names }, call);
  for (const name of names) {
    const command = listed(program, name, COMMANDS[name]);
    if (!called.includes(name)) continue;
    if (name === 'models') addModelsCommands(command, call, await loadModelsCommands());
    else define(command, { entry: COMMANDS[name], command: await loadCommand(name) }, call);
  }
  return program;
}

/** `blend models` and its commands. */
function addModelsCommands(
  models: Program,
  call: Call,
  commands: Readonly<Record<keyof typeof MODELS_COMMANDS, Command>>,
): void {
  const names = Object.keys(MODELS_COMMANDS) as (keyof typeof MODELS_COMMANDS)[];
  models.usage(`${names.join(' | ')} …`).helpCommand(false);
  define(
    models,
    {
      entry: COMMANDS.models,
      command: { options: [], run: () => Promise.reject(commandMissing(names)) },
      commands: names,
    },
    call,
  );
  for (const name of names) {
    define(
      listed(models, name, MODELS_COMMANDS[name]),
      { entry: MODELS_COMMANDS[name], command: commands[name] },
      call,
    );
  }
}

function commandMissing(names: readonly string[]): UsageError {
  return new UsageError('COMMAND_MISSING', 'blend models: expected a command, found nothing', {
    hint: `commands are ${names.join(', ')}`,
  });
}
