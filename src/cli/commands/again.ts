import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import sharp from 'sharp';
import { InputFileError, UsageError } from '../../errors.js';
import { checkOutput } from '../../files/outputs.js';
import { sha256OfFile } from '../../files/sha256.js';
import { formatOf } from '../../picture/write-picture.js';
import { findInput, findModel } from '../../toonify/batch/find-files.js';
import { readResult } from '../../toonify/batch/provenance.js';
import type { Context, Outcome } from '../outcome.js';
import { type ToonifyOptions, toonify } from './toonify.js';

/** Options that may go with `--again`: where things are, what computes, how it is said. */
const ALLOWED = new Set([
  ...[
    'again',
    'out',
    'force',
    'base',
    'transfer',
    'model',
    'landmarks',
    'engine',
    'device',
    'threads',
    'half',
  ],
  ...['json', 'quiet', 'verbose'],
]);

/**
 * `toonify --again RESULT [PICTURE]`: makes a result once more from the settings that it carries, and says whether it
 * is the same. Models and picture are found by name and have to have the recorded hashes.
 */
export async function againCommand(
  result: string,
  pictures: readonly string[],
  options: ToonifyOptions,
  command: Command,
  context: Context,
): Promise<Outcome> {
  requireAllowed(command, pictures);
  const { settings, provenance } = await readResult(result);
  const given = (name: string) => command.getOptionValueSource(name) === 'cli';
  const sha256 = settings['input'] as string;
  const [input = await findInput(result, provenance?.input, sha256)] = pictures;
  if ((await sha256OfFile(input)) !== sha256) {
    throw new InputFileError('INPUT_DIFFERS', `${input}: its content is not what ${result} was made from`);
  }
  const models: Record<string, string> = {};
  for (const role of ['base', 'transfer', 'model'] as const) {
    const name = options[role] ?? provenance?.models[role];
    if (settings[role] === undefined) continue;
    if (name === undefined) throw unnamed(result, role);
    models[role] = given(role) ? name : await findModel(result, name, role);
  }
  // Of landmarks only the hash is known; the file has to be given again.
  const { input: _, version, recipe, base, transfer, model, number, of, landmarks, ...choices } = settings;
  const engine = Object.fromEntries(
    (['engine', 'device', 'threads', 'half'] as const).flatMap((name) =>
      given(name) || provenance?.[name] === undefined ? [] : [[name, provenance[name]]],
    ),
  );
  const output = options.out ?? `${basename(result, extname(result))}-again${extname(result)}`;
  formatOf(output);
  await checkOutput(output, { force: options.force, inputs: [result, input] });
  const all = { ...options, ...(recipe as object | undefined), ...choices, ...models, ...engine, jobs: 1 };
  const only = {
    output,
    named: provenance?.input,
    expected: settings,
    number: number as number | undefined,
  };
  const outcome = await toonify([input], all as ToonifyOptions, undefined, context, only);
  if (outcome.failure !== undefined) return outcome;
  const levels = await difference(result, output);
  const isSame = (await readFile(result)).equals(await readFile(output));
  context.terminal.info(`${output}: ${wording(levels, isSame)} ${result}`);
  return { ...outcome, document: { ...outcome.document, again: result, identical: isSame, levels } };
}

function wording(levels: number, isSame: boolean): string {
  if (isSame) return 'bit for bit the same as';
  return levels === 0 ? 'the same pixels as' : `differs by up to ${levels} of 255 levels from`;
}

/** Largest difference of two pictures' pixels, in levels. */
async function difference(a: string, b: string): Promise<number> {
  const [x, y] = (await Promise.all([a, b].map((path) => sharp(path).removeAlpha().raw().toBuffer()))) as [
    Buffer,
    Buffer,
  ];
  if (x.length !== y.length) return 255;
  let largest = 0;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]! - y[i]!));
  return largest;
}

function requireAllowed(command: Command, pictures: readonly string[]): void {
  const other = command.options
    .map((option) => option.attributeName())
    .find((name) => command.getOptionValueSource(name) === 'cli' && !ALLOWED.has(name));
  if (other !== undefined) {
    throw new UsageError('OPTIONS_EXCLUSIVE', `--again: expected no other setting, found ${other}`, {
      hint: 'the settings are those that the result carries',
    });
  }
  if (pictures.length <= 1) return;
  throw new UsageError(
    'ARGUMENTS_TOO_MANY',
    `--again: expected at most one picture, found ${pictures.length}`,
  );
}

function unnamed(result: string, role: string): UsageError {
  return new UsageError('OPTION_MISSING', `${result}: does not say what its ${role} is called`, {
    hint: `say where it is with --${role}`,
  });
}
