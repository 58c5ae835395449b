import {
  addModel,
  listModels,
  type ModelsDocument,
  modelPath,
  pullModels,
  removeModel,
  verifyModels,
} from '../../app/models.js';
import type { ModelStatus } from '../../models/index.js';
import { type Command, command } from '../command.js';
import { flag, option } from '../options/option.js';
import { force } from '../options/output.js';
import { text } from '../options/parsers.js';
import { grouped } from '../terminal/table.js';
import { askForLicence } from '../terminal/terms.js';
import { MODELS_COMMANDS } from './list.js';

/** `blend models list`: every name, and whether its file is here. */
const list = command(MODELS_COMMANDS.list, {
  options: [],
  async run(_, __, run) {
    const { document } = await listModels(run);
    return { document, lines: listLines(document) };
  },
});

/** `blend models add NAME PATH|URL`: writes an entry of the user's manifest. */
const add = command(MODELS_COMMANDS.add, {
  options: [
    option('--sha256 <hex>', 'what the SHA-256 of the file has to be', 'in', text),
    option('--licence <text>', 'under which licence it may be used', 'in', text),
    force,
  ],
  async run([name, target], options, run) {
    const { document } = await addModel(name, target, { ...options, ...run });
    const { path, url } = document;
    return {
      document,
      notes: url === undefined ? [] : [`added; fetch it with: blend models pull ${name}`],
      lines: [`${name}  ${path ?? url}`],
    };
  },
});

/** `blend models pull NAME…`: one after the other; those after a failure are still pulled. */
const pull = command(MODELS_COMMANDS.pull, {
  options: [
    flag('--accept-licence', 'agree to the licence, which is shown, without being asked', 'in'),
    flag('--offline', 'download nothing: fail where a file is not here', 'in'),
  ],
  async run([names], { acceptLicence = false, offline }, run) {
    // Also where it is agreed to beforehand, the licence is shown.
    const accept = askForLicence(acceptLicence, run);
    const { document, failure } = await pullModels(names, { accept, offline, ...run });
    return { document, lines: document.pulled.map(({ path }) => path), failure };
  },
});

/** `blend models verify [NAME]`: reads the files and compares their hashes. */
const verify = command(MODELS_COMMANDS.verify, {
  options: [],
  async run([name], _, run) {
    const { document, failure } = await verifyModels(name, run);
    const lines = document.models.map(({ name, state, path }) => `${state.padEnd(7)}  ${name}  ${path}`);
    return { document, lines, failure };
  },
});

/** `blend models remove NAME`. */
const remove = command(MODELS_COMMANDS.remove, {
  options: [],
  async run([name], _, run) {
    const { document } = await removeModel(name, run);
    return { document, lines: document.removed };
  },
});

/** `blend models path NAME`: for scripts. */
const path = command(MODELS_COMMANDS.path, {
  options: [],
  async run([name], _, run) {
    const { document } = await modelPath(name, run);
    return { document, lines: [document.path] };
  },
});

const commands: Readonly<Record<keyof typeof MODELS_COMMANDS, Command>> = {
  list,
  add,
  pull,
  verify,
  remove,
  path,
};

export default commands;

function listLines({ models }: ModelsDocument): string[] {
  const width = (cells: string[]) => Math.max(...cells.map((cell) => cell.length));
  const [nameWidth, stateWidth] = [
    width(models.map(({ name }) => name)),
    width(models.map(({ state }) => state)),
  ];
  const line = ({ name, state, bytes, description, path, url }: ModelStatus) =>
    [
      name.padEnd(nameWidth),
      state.padEnd(stateWidth),
      (bytes === undefined ? '' : `${grouped(Math.ceil(bytes / 1e6))} MB`).padStart(8),
      description ?? path ?? url ?? '',
    ].join('  ');
  return models.map(line);
}
