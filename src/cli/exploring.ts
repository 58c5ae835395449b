import { type Command, Option } from 'commander';
import { UsageError } from '../errors.js';
import { parseSeeds } from '../render/seeds.js';
import type { Definition } from './definition.js';
import { addRecipeOptions } from './options/blend-options.js';
import { addFilm } from './options/film-options.js';
import {
  addClass,
  addCommon,
  addEngine,
  addNetwork,
  addPsi,
  addRecipe,
  choice,
  number,
  seedsOption,
  text,
  wholeNumber,
} from './options/options.js';
import { addProjectionOptions } from './options/search-options.js';
import { sliding } from './options/sliding.js';
import { axis } from './options/sweep-axes.js';

/** Two for each resolution up to a million pixels. */
const MOST_STYLES = 39;

function addPair(command: Command): Command {
  return command
    .option('--base <model>', 'the generator that is blended into', text('--base'))
    .option('--transfer <model>', 'the generator that was fine-tuned from it', text('--transfer'));
}

function addOutPicture(command: Command): Command {
  return command.requiredOption('--out <file>', 'the picture to write (PNG, JPEG, WebP)', text('--out'));
}

function addCutoff(command: Command): Command {
  return command.option(
    '--cutoff <n>',
    'truncate only the first n layers (default: all; 8 in StyleGAN)',
    wholeNumber('--cutoff', { min: 0 }),
  );
}

const SWEEP_EXAMPLES = `
A parameter is seed, swap, ramp, amount, base or transfer, with its values after =; of a recipe seed or any part:
  blend sweep --base B --transfer T --out sweep.png                    every swap of six seeds
  blend sweep … --columns swap=8,16,32 --rows ramp=0,0.5,1 --seeds 3   one face
  blend sweep … --swap 16 --columns amount=0,0.5,1,1.5 --rows seed     beyond 1: more than the transfer model
  blend sweep --base B --columns transfer=T,U --rows swap --seeds 3
  blend sweep three.yaml --columns pixelart.amount=0,0.5,1 --rows dylan.window=16,32,64
  blend sweep three.yaml --columns method=linear,slerp,task --rows pixelart.model=A,B`;

const sweep: Definition = {
  usage: 'sweep [recipe]',
  description:
    'Renders faces while one or two parameters of a blend or recipe vary, as a sheet: every swap unless told otherwise.',
  define(command, start) {
    addOutPicture(addPair(command))
      .addOption(axisOption('--columns', 'what varies from left to right', 'swap'))
      .addOption(axisOption('--rows', 'what varies from top to bottom', 'seed'))
      .option('--swap <resolution>', 'the swap, where that does not vary', wholeNumber('--swap'))
      .option(
        '--amount <λ>',
        'base + λ · α · (transfer - base), where that does not vary',
        number('--amount'),
      )
      .addOption(seedsOption())
      .option(
        '--size <resolution>',
        'a quick look: stop there, without what finer resolutions add',
        wholeNumber('--size'),
      );
    addCommon(addEngine(addClass(addPsi(addRecipe(command)))), { writes: true })
      .addHelpText('after', SWEEP_EXAMPLES)
      .action((recipe: string | undefined, options) =>
        start(async (context) =>
          (await import('./commands/sweep.js')).sweepCommand(recipe, options, context),
        ),
      );
  },
};

function axisOption(name: string, description: string, usual: 'swap' | 'seed'): Option {
  const option = new Option(`${name} <parameter>`, description).argParser(axis(name));
  return option.default({ parameter: usual, values: undefined }, usual);
}

const slide: Definition = {
  usage: 'slide',
  description: 'Makes a film in which a blend changes while the faces stay.',
  define(command, start) {
    command
      .requiredOption('--base <model>', 'the generator that is blended into', text('--base'))
      .requiredOption('--transfer <model>', 'the generator that was fine-tuned from it', text('--transfer'))
      .option(
        '--swap <from..to>',
        'the swap, in pixels: slides in octaves, for example 4..64',
        sliding('--swap', { min: 1 }),
      )
      .option('--ramp <from..to>', 'the width of the transition, in octaves', sliding('--ramp', { min: 0 }))
      .option(
        '--amount <from..to>',
        'λ of base + λ · α · (transfer - base), for example 0..1.5',
        sliding('--amount', {}),
      )
      .addOption(
        choice('--structure <model>', 'which model supplies the resolutions up to the swap', [
          'transfer',
          'base',
        ]).default('transfer'),
      )
      .addOption(seedsOption('0'))
      .option('--curve', 'draw α of each resolution above the faces')
      .option('--one-way', 'do not go back to where it began');
    addCommon(addEngine(addClass(addPsi(addFilm(command, '6 seconds')))), { writes: true }).action(
      (options) =>
        start(async (context) => (await import('./commands/slide.js')).slideCommand(options, context)),
    );
  },
};

const morph: Definition = {
  usage: 'morph <source>',
  description: "Makes a film from a picture's own projection to its counterpart in the blend.",
  define(command, start) {
    command
      .requiredOption('--base <model>', 'the generator that the picture was found in', text('--base'))
      .requiredOption('--transfer <model>', 'the generator that was fine-tuned from it', text('--transfer'))
      .requiredOption(
        '--swap <resolution>',
        'the last resolution that becomes the transfer model',
        wholeNumber('--swap'),
      )
      .option('--one-way', 'do not go back to where it began');
    addFilm(addRecipe(addClass(addProjectionOptions(command))), '4 seconds').addHelpText(
      'after',
      `
SOURCE is what "blend project" has saved, or a picture: the centre square is taken and projected first.`,
    );
    addCommon(addEngine(command), { writes: true }).action((source: string, options) =>
      start(async (context) => (await import('./commands/morph.js')).morphCommand(source, options, context)),
    );
  },
};

const walk: Definition = {
  usage: 'walk <model>',
  description: 'Makes a film that walks through the latent space, from face to face.',
  define(command, start) {
    command
      .addOption(seedsOption('0-3'))
      .addOption(
        choice(
          '--path <name>',
          'straight in W, along great circles of Z, or once around a circle in Z that two seeds span',
          ['linear', 'spherical', 'circular'],
        ).default('linear'),
      )
      .option('--one-way', 'do not go back to the first face')
      .option('--ease', 'slow down at every face')
      .addOption(
        choice('--noise <mode>', "the generator's own, drawn once, moving in a circle, or none", [
          'const',
          'random',
          'looping',
          'none',
        ]).default('const'),
      )
      .option(
        '--noise-seed <n>',
        'of noise that is drawn',
        wholeNumber('--noise-seed', { min: 0, max: 0xfffffffe }),
        0,
      );
    addCommon(
      addEngine(
        addClass(addCutoff(addPsi(addNetwork(addFilm(command, '2 seconds a face'), ['G_ema', 'G'])))),
      ),
      { writes: true },
    ).action((model: string, options) =>
      start(async (context) => (await import('./commands/walk.js')).walkCommand(model, options, context)),
    );
  },
};

const mix: Definition = {
  usage: 'mix <model>',
  description: 'Mixes styles: faces of rows with some of the styles of columns.',
  define(command, start) {
    addOutPicture(command)
      .requiredOption(
        '--rows <list>',
        'seeds of the faces that are changed, such as 85,100',
        (list: string) => parseSeeds(list),
      )
      .requiredOption('--columns <list>', 'seeds of the faces whose styles are taken', (list: string) =>
        parseSeeds(list),
      )
      .addOption(
        new Option('--styles <list>', 'which layers take the style of the column')
          .argParser(styles)
          .default(styles('0-6'), '0-6'),
      )
      .addOption(
        choice('--noise <mode>', "the generator's own, random, or none", ['const', 'random', 'none']).default(
          'const',
        ),
      );
    addCommon(addEngine(addClass(addCutoff(addPsi(addNetwork(command, ['G_ema', 'G']))))), {
      writes: true,
    }).action((model: string, options) =>
      start(async (context) => (await import('./commands/mix.js')).mixCommand(model, options, context)),
    );
  },
};

const noise: Definition = {
  usage: 'noise <model>',
  description:
    'Shows what noise does: faces with noise in all layers, none, fine and coarse ones, and how far it moves pixels.',
  define(command, start) {
    addOutPicture(command)
      .addOption(seedsOption('0-2'))
      .option(
        '--draws <n>',
        'how often noise is drawn for the deviation',
        wholeNumber('--draws', { min: 2, max: 100_000 }),
        20,
      )
      .option(
        '--noise-seed <n>',
        'of the first draw',
        wholeNumber('--noise-seed', { min: 0, max: 0xf0000000 }),
        0,
      )
      .option(
        '--split <resolution>',
        'the last coarse resolution (default: the lower half)',
        wholeNumber('--split'),
      );
    addCommon(addEngine(addClass(addCutoff(addPsi(addNetwork(command, ['G_ema', 'G']))))), {
      writes: true,
    }).action((model: string, options) =>
      start(async (context) => (await import('./commands/noise.js')).noiseCommand(model, options, context)),
    );
  },
};

const usage: Definition = {
  usage: 'usage <models...>',
  description:
    'Measures how much each resolution adds to the picture, of one StyleGAN2 generator or several side by side.',
  define(command, start) {
    command
      .addOption(seedsOption('0-15'))
      .option('--out <file>', 'also draw it (SVG, PNG, JPEG, WebP)', text('--out'));
    addCommon(addEngine(addClass(addPsi(command))), { writes: true }).action((models: string[], options) =>
      start(async (context) => (await import('./commands/usage.js')).usageCommand(models, options, context)),
    );
  },
};

const plot: Definition = {
  usage: 'plot [recipe]',
  description:
    'Draws the weight of every model at each resolution, of a recipe or of the options that describe a blend.',
  define(command, start) {
    command
      .option('--out <file>', 'also draw it (SVG, PNG, JPEG, WebP)', text('--out'))
      .option(
        '--resolution <r>',
        'of models that need not be there',
        wholeNumber('--resolution', { min: 4, max: 65_536 }),
      );
    addRecipeOptions(command);
    addCommon(command, { writes: true }).action((recipe: string | undefined, options) =>
      start(async () => (await import('./commands/plot.js')).plotCommand(recipe, options)),
    );
  },
};

/** `0-6`, `4,5,8-11`: layers by their rows of ws. */
function styles(list: string): number[] {
  const found = parseSeeds(list);
  const wrong = found.find((style) => style > MOST_STYLES);
  if (wrong === undefined) return found;
  throw new UsageError('STYLES_OUT_OF_RANGE', `--styles: expected layers 0..${MOST_STYLES}, found ${wrong}`);
}

/** The commands that look at what a generator or a blend does: sweeps, films, mixes, measurements. */
export const EXPLORING: readonly Definition[] = [sweep, slide, morph, walk, mix, noise, usage, plot];
