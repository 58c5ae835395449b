import { CUT_TOOLS } from '../../swap/recipe/cut-tools.js';
import type { Parser } from './option.js';
import { choice, flag, option } from './option.js';
import { malformed, number, sliding, wholeNumber } from './parsers.js';

// How much of which model.

const SIDES = ['base', 'transfer'] as const;

const swap = option(
  '-s, --swap <resolution>',
  'the last resolution that takes its weights from the structure model',
  'alpha',
  wholeNumber(),
);
const ramp = option(
  '-r, --ramp <octaves>',
  'blend gradually around the swap, over about this many octaves',
  'alpha',
  number({ min: 0 }),
);
const structure = choice(
  '--structure <model>',
  'which model supplies the resolutions up to the swap (default: transfer)',
  'alpha',
  ['transfer', 'base'],
);
const amount = option(
  '-a, --amount <share>',
  'what the highest α comes to (default: 1); without --swap α everywhere; beyond 1 more than the transfer model',
  'alpha',
  number(),
);

const level: Parser<0 | 1> = (word, name) => {
  if (word === '0' || word === '1') return word === '0' ? 0 : 1;
  throw malformed(name, 'a whole number 0..1', word);
};

/** Everything that says how two models are blended. */
export const pairOptions = [
  swap,
  ramp,
  structure,
  amount,
  option(
    '--method <name>',
    'how tensors are merged: linear, slerp, task, average (default: linear)',
    'alpha',
    (word: string) => word,
  ),
  flag('--common', 'models may be of another size: blend the resolutions that they share', 'alpha', {
    rare: true,
  }),
  choice('--cut <tool>', 'blend as another tool does, at --swap, with its quirks', 'alpha', CUT_TOOLS, {
    rare: true,
  }),
  option('--level <0|1>', 'pinkney, t27: at which half of the resolution (default: 0)', 'alpha', level, {
    rare: true,
  }),
  option(
    '--width <w>',
    'of the cut, in positions of its tool (default: a hard cut)',
    'alpha',
    number({ min: 0 }),
    {
      rare: true,
    },
  ),
  choice(
    '--mapping <model>',
    'whose mapping network (default: base; of a cut its low model)',
    'alpha',
    SIDES,
    {
      rare: true,
    },
  ),
  choice(
    '--noise-from <model>',
    'whose noise buffers (default: base; of a cut its low model)',
    'alpha',
    SIDES,
    {
      rare: true,
    },
  ),
] as const;

/** What slides in a film. */
export const slidingOptions = [
  option(
    '-s, --swap <from..to>',
    'the swap, in pixels: slides in octaves, for example 4..64',
    'alpha',
    sliding({ min: 1 }),
  ),
  option('-r, --ramp <from..to>', 'the width of the transition, in octaves', 'alpha', sliding({ min: 0 })),
  option('-a, --amount <from..to>', 'what the highest α comes to, for example 0..1.5', 'alpha', sliding()),
  structure,
] as const;
