import { DEVICES, ENGINES } from '../../engine/engine.js';
import { choice, flag, option, withUsual } from './option.js';
import { wholeNumber } from './parsers.js';

/** What computes. */
export const engineOptions = [
  withUsual(choice('--engine <name>', 'what computes', 'engine', ['auto', ...ENGINES]), 'auto'),
  withUsual(
    choice('--device <name>', 'what to compute on; the processor where it cannot be used', 'engine', [
      ...DEVICES,
      'auto',
    ]),
    'auto',
  ),
  option(
    '--threads <n>',
    'threads of the processor (default: one for each core)',
    'engine',
    wholeNumber({ min: 1, max: 1024 }),
    { rare: true },
  ),
  flag(
    '--half',
    'render StyleGAN2 in 16-bit floats where the device has them; searches stay in 32 bits',
    'engine',
    { rare: true },
  ),
  flag('--no-cache', 'compile generators anew instead of keeping them for the next time', 'engine', {
    rare: true,
  }),
] as const;
