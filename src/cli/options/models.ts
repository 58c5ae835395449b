import { NETWORK_NAMES, type NetworkName } from '../../checkpoint/readers/network-names.js';
import { parseSeeds } from '../../render/seeds.js';
import { choice, flag, option, withUsual } from './option.js';
import { namedFile, number, oneNetwork, text, wholeNumber } from './parsers.js';

// What goes in: models, faces, and how they are drawn.

export const base = option('-b, --base <model>', 'the generator that is blended into', 'in', text);
export const transfer = option(
  '-t, --transfer <model>',
  'the generator that was fine-tuned from it, in another domain',
  'in',
  text,
);
export const recipe = option(
  '--recipe <file>',
  'a recipe in place of the options that describe the blend',
  'in',
  text,
);

/** `--network` of commands that read one network of a file. */
export function network(names: readonly NetworkName[] = NETWORK_NAMES) {
  const about = `which network of a file with several: ${names.join(' or ')} (default: the first of these that it has)`;
  return option('--network <name>', about, 'in', oneNetwork(names), { rare: true });
}

/** The networks that pictures are made with. */
export const generatorNetwork = network(['G_ema', 'G']);

export const seeds = option(
  '-n, --seeds <list>',
  'which faces: numbers and ranges, such as 0-3,85',
  'in',
  (list: string) => parseSeeds(list),
);

/** Seeds of commands that have some where none are given. */
export function seedsOr(usual: string) {
  return withUsual(seeds, parseSeeds(usual), usual);
}

export const latents = option(
  '--latents <file>',
  'a w that "blend project" has saved, with its noise, in place of seeds',
  'in',
  text,
);

export const psi = withUsual(
  option(
    '-p, --psi <number>',
    'truncation: 1 leaves faces as they are, 0.7 makes them more typical, 0 is the average face',
    'in',
    number(),
  ),
  1,
);

export const cutoff = option(
  '--cutoff <n>',
  'truncate only the first n layers (default: all; 8 in StyleGAN)',
  'in',
  wholeNumber({ min: 0 }),
  { rare: true },
);

export const classOption = option(
  '--class <k>',
  'class, for generators that have classes',
  'in',
  wholeNumber({ min: 0 }),
);

/** `--noise`: the mode. */
export function noiseMode<const Mode extends string>(about: string, modes: readonly Mode[]) {
  return choice('--noise <mode>', about, 'in', modes);
}

export const noiseSeed = (about: string) =>
  withUsual(
    option('--noise-seed <n>', about, 'in', wholeNumber({ min: 0, max: 0xf0000000 }), { rare: true }),
    0,
  );

/** `--model NAME=FILE`: where a model is that a recipe or a result names. */
export const model = option(
  '--model <name=file>',
  'where a model is that it names; else it is looked for beside the file, here, and by name',
  'in',
  namedFile,
);

/** Features of another network, taken while it renders. */
export const features = [
  option('--features-from <model>', 'go on with the features of this generator', 'in', text, { rare: true }),
  option('--features-at <resolution>', 'the last resolution that it computes', 'in', wholeNumber(), {
    rare: true,
  }),
  option('--features-amount <number>', 'how much of them: 0 is none, 1 all (default: 1)', 'in', number(), {
    rare: true,
  }),
] as const;

export const recursive = flag('--recursive', 'also take the pictures in sub-folders', 'in');
