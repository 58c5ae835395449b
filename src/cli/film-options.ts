import { basename } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import { checkFilm, type FilmSummary, writeFilm } from '../render/film/film.js';
import type { Picture } from '../render/picture.js';
import { enlarge } from '../render/resize.js';
import { number, text, wholeNumber } from './options.js';
import type { Context, Outcome } from './outcome.js';
import { checkOutput } from './outputs.js';

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

/** Makes sure, before any work, that the film can be written. */
export async function checkFilmOutput(
  { out, fps, force }: FilmChoice,
  inputs: readonly string[],
): Promise<void> {
  await checkFilm(out, { fps });
  await checkOutput(out, { force, inputs });
}

/**
 * Writes the frames as they come, with a bar, and answers what to say about the film.
 * @param models paths of the models by their roles; the film keeps their names only, as folders may be private
 * @param settings what the film shows
 */
export async function writeFrames(
  frames: AsyncIterable<Picture>,
  total: number,
  options: FilmChoice,
  models: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, unknown>>,
  { signal, terminal }: Context,
): Promise<Outcome> {
  const { out, fps, force, scale } = options;
  const progress = await terminal.progress({ label: 'frames', total });
  async function* counted(): AsyncGenerator<Picture> {
    let done = 0;
    for await (const frame of frames) {
      yield enlarge(frame, scale);
      progress.update(++done);
    }
  }
  let summary: FilmSummary;
  try {
    const names = Object.entries(models).map(([role, path]) => [role, basename(path)] as const);
    const texts = [...names, ...Object.entries(settings)].filter(([, value]) => value !== undefined);
    summary = await writeFilm(out, counted(), {
      fps,
      force,
      signal,
      metadata: Object.fromEntries(texts.map(([key, value]) => [key, String(value)])),
    });
  } finally {
    progress.finish();
  }
  return { document: { output: out, ...summary, fps, ...models, ...settings }, lines: [out] };
}
