import type { Command } from 'commander';
import type { Definition } from '../definition.js';
import { addCommon, text } from './options.js';

/** `blend models` and its commands, whose module is imported when one of them runs. */
export const models: Definition = {
  usage: 'models',
  description: 'Names for generators: downloads them, keeps them, checks them.',
  define(command, start) {
    command
      .usage('list | add | pull | verify | remove | path …')
      .helpCommand(false)
      .allowExcessArguments()
      .action((_, command: Command) => start(async () => (await modelsModule()).modelsCommand(command)));

    const list = command
      .command('list')
      .description('Says which names there are, and whether their files are here.');
    addCommon(list, { writes: false }).action(() => start(async () => (await modelsModule()).listCommand()));

    const add = command
      .command('add <name> <path|url>')
      .description('Gives a name to a file, which stays where it is, or to an address to download from.')
      .option('--sha256 <hex>', 'what the SHA-256 of the file has to be', text('--sha256'))
      .option('--licence <text>', 'under which licence it may be used', text('--licence'));
    addCommon(add, { writes: true }).action((name: string, target: string, options) =>
      start(async (context) => (await modelsModule()).addCommand(name, target, options, context)),
    );

    const pull = command
      .command('pull <name...>')
      .description('Downloads files into the cache; goes on with what was interrupted.')
      .option('--accept-licence', 'agree to the licence, which is shown, without being asked')
      .option('--offline', 'download nothing: fail where a file is not here');
    addCommon(pull, { writes: false }).action((names: string[], options) =>
      start(async (context) => (await modelsModule()).pullCommand(names, options, context)),
    );

    const verify = command
      .command('verify [name]')
      .description('Reads files and compares their SHA-256 with what was recorded.');
    addCommon(verify, { writes: false }).action((name: string | undefined) =>
      start(async (context) => (await modelsModule()).verifyCommand(name, context)),
    );

    const remove = command
      .command('remove <name>')
      .description('Forgets a name of yours and deletes its download; files of your own stay.');
    addCommon(remove, { writes: false }).action((name: string) =>
      start(async (context) => (await modelsModule()).removeCommand(name, context)),
    );

    const path = command.command('path <name>').description('Prints where the file of a name is.');
    addCommon(path, { writes: false }).action((name: string) =>
      start(async () => (await modelsModule()).pathCommand(name)),
    );
  },
};

const modelsModule = () => import('../commands/models.js');
