import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import { number, text, wholeNumber } from './options.js';

/** Options of the commands that make films. */
export interface FilmChoice {
  readonly out: string;
  readonly frames?: number;
  readonly seconds?: number;
  readonly fps: number;
  readonly scale: number;
  readonly force?: true;
}

export function addFilm(command: Command, defaultLength: string): Command {
  return command
    .requiredOption('--out <file>', 'the film to write (WebP, GIF or, with ffmpeg, MP4)', text('--out'))
    .option('--frames <n>', 'how many frames', wholeNumber('--frames', { min: 2, max: 1_000_000 }))
    .option(
      '--seconds <s>',
      `how long instead (default: ${defaultLength})`,
      number('--seconds', { min: 0.01, max: 86_400 }),
    )
    .option('--fps <n>', 'frames a second', number('--fps', { min: 0.01, max: 240 }), 24)
    .option(
      '--scale <n>',
      'enlarge pictures by this whole factor',
      wholeNumber('--scale', { min: 1, max: 64 }),
      1,
    );
}

/**
 * How many frames a film has.
 * @throws UsageError `OPTIONS_EXCLUSIVE`
 */
export function frameCount({ frames, seconds, fps }: FilmChoice, defaultSeconds: number): number {
  if (frames !== undefined && seconds !== undefined) {
    throw new UsageError('OPTIONS_EXCLUSIVE', '--frames and --seconds: expected one of them, found both');
  }
  return frames ?? Math.max(2, Math.round((seconds ?? defaultSeconds) * fps));
}
