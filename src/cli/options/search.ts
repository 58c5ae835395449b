import { LOSS_NAMES, parseLossSpec } from '../../metric/loss-spec.js';
import { DEFAULT_PULL, DEFAULT_STEPS, PROFILES, SPACES } from '../../project/profile.js';
import { choice, flag, option, withUsual } from './option.js';
import { number, wholeNumber } from './parsers.js';

const LARGEST_SEED = 0xffffffff;

export const loss = withUsual(
  option(
    '--loss <spec>',
    `how pictures are compared: ${LOSS_NAMES.join(', ')}, several as NAME=WEIGHT,…, or the best that is here`,
    'search',
    // Only checks the words: which weights there are shows when the loss is made.
    (spec: string) => {
      parseLossSpec(spec);
      return spec;
    },
  ),
  'auto',
);

/** How a picture is searched for. */
export const searchOptions = [
  withUsual(
    choice('--profile <name>', 'how to search: quickly, or as StyleGAN2 published it', 'search', PROFILES),
    'fast',
  ),
  option(
    '--steps <n>',
    `steps of Adam: more are slower and come closer (default: ${DEFAULT_STEPS.fast}; reference ${DEFAULT_STEPS.reference})`,
    'search',
    wholeNumber({ min: 1, max: 1_000_000 }),
  ),
  withUsual(
    choice(
      '--space <name>',
      'one w for all layers, or one for each (closer, and harder to edit)',
      'search',
      SPACES,
    ),
    'w',
  ),
  option(
    '--pull <weight>',
    `how strongly w is drawn to the average (default: 0; in w+ ${DEFAULT_PULL['w+']})`,
    'search',
    number({ min: 0 }),
    { rare: true },
  ),
  flag('--discard-noise', "keep w only, and show it with the generator's own noise", 'search', {
    rare: true,
  }),
  withUsual(
    option(
      '--seed <n>',
      'of the random numbers in the search',
      'search',
      wholeNumber({ min: 0, max: LARGEST_SEED }),
      { rare: true },
    ),
    0,
  ),
  loss,
] as const;

/** For commands that use the generator again in which a picture was found. */
export const pivotal = option(
  '--pivotal <n>',
  'then tune the generator itself by n steps until it makes the picture: 350 are usual; StyleGAN2 only',
  'search',
  wholeNumber({ min: 1, max: 1_000_000 }),
);
