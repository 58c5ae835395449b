import { type Command, Option } from 'commander';
import { NETWORK_NAMES, type NetworkName, networkName } from '../../checkpoint/readers/network-names.js';
import { DEVICES, type Device, ENGINES, type EngineName } from '../../engine/engine.js';
import { UsageError } from '../../errors.js';
import { parseSeeds } from '../../render/seeds.js';

/** Options of every command. `--json`, `--quiet` and `--verbose` are looked up by `runProgram` itself. */
export interface CommonOptions {
  readonly force?: true;
}

/** Options of the commands that compute pictures. */
export interface EngineChoice {
  readonly engine: EngineName | 'auto';
  readonly device: Device | 'auto';
  readonly threads?: number;
  readonly half?: boolean;
  /** False with `--no-cache`. */
  readonly cache?: boolean;
}

/** Options that describe how two models are blended. */
export interface RecipeChoice {
  readonly ramp?: number;
  readonly structure: 'transfer' | 'base';
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Characters of an argument that a message repeats. */
const MAX_QUOTED = 40;

/** A parser of any finite number within a range. */
export function number(option: string, range: { min?: number; max?: number } = {}): (text: string) => number {
  return (text) => {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (Number.isFinite(value) && inRange(value, range)) return value;
    throw malformed(option, `a number${rangeText(range)}`, text);
  };
}

/** A parser of whole numbers within a range. */
export function wholeNumber(
  option: string,
  range: { min?: number; max?: number } = {},
): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && inRange(value, range)) return value;
    throw malformed(option, `a whole number${rangeText(range)}`, text);
  };
}

/** A parser of names and paths. Another option in their place means that the value was forgotten. */
export function text(option: string): (value: string) => string {
  return (value) => {
    if (value !== '' && !value.startsWith('--')) return value;
    throw malformed(option, 'a value', value);
  };
}

/** A parser of `NAME=FILE`, which may be given several times. */
export function modelFile(
  option: string,
): (value: string, before?: ReadonlyMap<string, string>) => Map<string, string> {
  return (value, before = new Map()) => {
    const [, name, file] = /^([^=]+)=(.+)$/.exec(value) ?? [];
    if (name !== undefined && file !== undefined && !before.has(name))
      return new Map([...before, [name, file]]);
    throw malformed(option, 'NAME=FILE, each name once', value);
  };
}

/** An option with one value out of a few. */
export function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, description).choices(choices);
}

export function seedsOption(defaultSeeds?: string): Option {
  const option = new Option('--seeds <list>', 'which faces: numbers and ranges, such as 0-3,85').argParser(
    (list: string) => parseSeeds(list),
  );
  return defaultSeeds === undefined ? option : option.default(parseSeeds(defaultSeeds), defaultSeeds);
}

export function addPsi(command: Command): Command {
  return command.option(
    '--psi <number>',
    'truncation: 1 leaves faces as they are, 0.7 makes them more typical, 0 is the average face',
    number('--psi'),
    1,
  );
}

export function addClass(command: Command): Command {
  return command.option(
    '--class <k>',
    'class, for generators that have classes',
    wholeNumber('--class', { min: 0 }),
  );
}

export function addRecipe(command: Command): Command {
  return command
    .option(
      '--ramp <octaves>',
      'blend gradually around the swap, over about this many octaves',
      number('--ramp', { min: 0 }),
    )
    .addOption(
      choice('--structure <model>', 'which model supplies the resolutions up to the swap', [
        'transfer',
        'base',
      ]).default('transfer'),
    );
}

/** Options that take features of another network while it renders. */
export interface FeatureChoice {
  readonly featuresFrom?: string;
  readonly at?: number;
  readonly amount?: number;
}

export function addFeatures(command: Command): Command {
  return command
    .option('--features-from <model>', 'go on with the features of this generator', text('--features-from'))
    .option('--at <resolution>', 'the last resolution that it computes', wholeNumber('--at'))
    .option('--amount <number>', 'how much of them: 0 is none, 1 all (default: 1)', number('--amount'));
}

/** `--network` of commands that read one network of a file. */
export function addNetwork(command: Command, names: readonly NetworkName[] = NETWORK_NAMES): Command {
  return command.option(
    '--network <name>',
    `which network of a file with several: ${names.join(' or ')} (default: the first of these that it has)`,
    (word: string) => oneNetwork('--network', word, names),
  );
}

/** A parser of `G_ema,G,D`: networks by any of their names, each once. */
export function networkList(option: string): (list: string) => NetworkName[] {
  return (list) => {
    const found = list.split(',').map((word) => oneNetwork(option, word.trim(), NETWORK_NAMES));
    if (new Set(found).size === found.length) return NETWORK_NAMES.filter((name) => found.includes(name));
    throw malformed(option, 'each network once', list);
  };
}

/** The forms of numbers that files are written with. */
export function dtypeOption(): Option {
  return choice('--dtype <type>', 'how numbers are stored; f32 unless said otherwise', [
    'f32',
    'f16',
    'bf16',
  ]);
}

export function addEngine(command: Command): Command {
  return command
    .addOption(choice('--engine <name>', 'what computes', ['auto', ...ENGINES]).default('auto'))
    .addOption(
      choice('--device <name>', 'what to compute on; the processor where it cannot be used', [
        ...DEVICES,
        'auto',
      ]).default('auto'),
    )
    .option(
      '--threads <n>',
      'threads of the processor (default: one for each core)',
      wholeNumber('--threads', { min: 1, max: 1024 }),
    )
    .option('--half', 'render StyleGAN2 in 16-bit floats where the device has them; searches stay in 32 bits')
    .option('--no-cache', 'compile generators anew instead of keeping them for the next time');
}

/** The options that every command has, at the end of its list. */
export function addCommon(command: Command, options: { writes: boolean }): Command {
  if (options.writes) command.option('--force', 'replace files that exist already');
  return command
    .option('--json', 'print the result as one JSON document')
    .option('--quiet', 'print errors and warnings only')
    .option('--verbose', 'print more about errors');
}

function oneNetwork(option: string, word: string, names: readonly NetworkName[]): NetworkName {
  const name = networkName(word);
  if (name !== undefined && names.includes(name)) return name;
  throw malformed(option, names.join(' or '), word);
}

/** The error of an option that has to be there. */
export function missing(option: string, hint: string): UsageError {
  return new UsageError('OPTION_MISSING', `${option}: expected, but not given`, { hint });
}

function inRange(value: number, { min, max }: { min?: number; max?: number }): boolean {
  return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
}

function rangeText({ min, max }: { min?: number; max?: number }): string {
  if (min === undefined) return '';
  return max === undefined ? ` from ${min}` : ` ${min}..${max}`;
}

/** The error of an option's value. */
export function malformed(option: string, expected: string, found: string): UsageError {
  const quoted = found.length > MAX_QUOTED ? `${found.slice(0, MAX_QUOTED)}…` : found;
  return new UsageError(
    'OPTION_MALFORMED',
    `${option}: expected ${expected}, found ${found === '' ? 'nothing' : JSON.stringify(quoted)}`,
  );
}
