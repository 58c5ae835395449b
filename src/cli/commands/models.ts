import type { Command } from 'commander';
import { AbortedError, InputFileError, PartialError, UsageError } from '../../errors.js';
import { isFatalForOutput } from '../../files/outputs.js';
import { BUNDLED_MODELS, bundledPath } from '../../models/bundled.js';
import {
  addModel,
  cacheFolder,
  listModels,
  type ModelStatus,
  manifestPath,
  type PulledModel,
  pullModel,
  removeModel,
  verifyModels,
} from '../../models/index.js';
import { requireFile, requireKnown } from '../../models/resolve.js';
import { requireCommand } from '../nearest-command.js';
import type { CommonOptions } from '../options/options.js';
import type { Context, Outcome } from '../outcome.js';
import { downloadBar } from '../terminal/download-bar.js';
import { grouped } from '../terminal/table.js';
import { acceptance } from '../terminal/terms.js';

/** `blend models` with no command, or with a word that is none. */
export async function modelsCommand(command: Command): Promise<Outcome> {
  requireCommand(command);
  const names = command.commands.map((known) => known.name());
  throw new UsageError('COMMAND_MISSING', 'blend models: expected a command, found nothing', {
    hint: `commands are ${names.join(', ')}`,
  });
}

/** `blend models list`: every name, and whether its file is here. */
export async function listCommand(): Promise<Outcome> {
  const models = listModels();
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
  return { document: { manifest: manifestPath(), cache: cacheFolder(), models }, lines: models.map(line) };
}

interface AddOptions extends CommonOptions {
  readonly sha256?: string;
  readonly licence?: string;
}

/** `blend models add NAME PATH|URL`: writes an entry of the user's manifest. */
export async function addCommand(
  name: string,
  target: string,
  options: AddOptions,
  { terminal }: Context,
): Promise<Outcome> {
  const entry = await addModel(name, target, options);
  if (entry.url !== undefined) terminal.info(`added; fetch it with: blend models pull ${name}`);
  return {
    document: { name, ...entry, manifest: manifestPath() },
    lines: [`${name}  ${entry.path ?? entry.url}`],
  };
}

interface PullCommandOptions {
  readonly offline?: true;
  readonly acceptLicence?: true;
}

/** `blend models pull NAME…`: one after the other; those after a failure are still pulled. */
export async function pullCommand(
  names: readonly string[],
  { offline, acceptLicence }: PullCommandOptions,
  context: Context,
): Promise<Outcome> {
  const { signal, terminal } = context;
  const pulled: PulledModel[] = [];
  const failures: unknown[] = [];
  // A misspelt name shows before anything is downloaded.
  const wanted = withNeeds(names);
  for (const name of wanted) {
    const bar = downloadBar(name, terminal);
    try {
      const onWait = (pid: number) =>
        terminal.info(
          `${name}: waiting for process ${pid === 0 ? '(unknown)' : pid}, which is downloading it`,
        );
      const accept = acceptance(acceptLicence === true, terminal, signal);
      const model = await pullModel(name, { accept, offline, signal, onWait, onProgress: bar.onProgress });
      await bar.finish();
      if (!model.downloaded) terminal.info(`${name}: is here already`);
      pulled.push(model);
    } catch (error) {
      await bar.finish();
      if (wanted.size === 1 || error instanceof AbortedError || isFatalForOutput(error)) throw error;
      terminal.error(error);
      failures.push(error);
    }
  }
  if (failures.length > 0 && pulled.length === 0) throw failures[0];
  return {
    document: { pulled },
    lines: pulled.map(({ path }) => path),
    ...(failures.length === 0 ? {} : { failure: notAll(failures.length, wanted.size) }),
  };
}

/** Names, each after those that it is of no use without. */
function withNeeds(names: readonly string[]): Set<string> {
  const needs = (name: string) => (BUNDLED_MODELS.includes(name) ? [] : (requireKnown(name).needs ?? []));
  return new Set(names.flatMap((name) => [...needs(name), name]));
}

/** `blend models verify [NAME]`: reads the files and compares their hashes. */
export async function verifyCommand(
  name: string | undefined,
  { signal }: Pick<Context, 'signal'>,
): Promise<Outcome> {
  const isBundled = name !== undefined && BUNDLED_MODELS.includes(name);
  const models = isBundled ? [] : await verifyModels(name, { signal });
  const wrong = models.filter(({ state }) => state !== 'ok');
  const names = wrong.map((model) => model.name);
  const failure =
    wrong.length === 0
      ? undefined
      : new InputFileError('HASH_MISMATCH', `not what was recorded: ${names.join(', ')}`, {
          hint: `forget the file and get it again: blend models remove ${names[0]}`,
        });
  return {
    document: { models },
    lines: models.map(({ name, state, path }) => `${state.padEnd(7)}  ${name}  ${path}`),
    failure,
  };
}

/** `blend models remove NAME`. */
export async function removeCommand(name: string, { terminal, signal }: Context): Promise<Outcome> {
  const { origin } = requireKnown(name);
  const removed = await removeModel(name, { signal });
  if (origin === 'built-in' && removed.length === 0) terminal.info(`${name}: nothing of it is in the cache`);
  return { document: { name, removed }, lines: removed };
}

/** `blend models path NAME`: for scripts. */
export async function pathCommand(name: string): Promise<Outcome> {
  const path = BUNDLED_MODELS.includes(name) ? bundledPath(name) : requireFile(requireKnown(name));
  return { document: { name, path }, lines: [path] };
}

function notAll(failed: number, all: number): PartialError {
  return new PartialError('PARTLY_PULLED', `${failed} of ${all} models could not be pulled`);
}
