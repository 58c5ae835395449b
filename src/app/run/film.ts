import { basename } from 'node:path';
import { optionsExclusive } from '../../errors.js';
import { checkOutput } from '../../files/outputs.js';
import { checkFilm, type FilmSummary, writeFilm } from '../../picture/film/film.js';
import type { Picture } from '../../picture/picture.js';
import { enlarge } from '../../picture/resize.js';
import type { Report } from './run.js';

/** How a film is written. */
export interface FilmChoice {
  /** The film (WebP, GIF or, with ffmpeg, MP4). */
  readonly out: string;
  /** How many frames. */
  readonly frames?: number;
  /** How long it is instead, in seconds. */
  readonly seconds?: number;
  /** Frames a second; 24 unless given. */
  readonly fps?: number;
  /** Enlarge pictures by this whole factor. */
  readonly scale?: number;
  /** Replace a file that exists already. */
  readonly force?: boolean;
}

/** What is said of a film. */
export interface FilmDocument extends FilmSummary {
  /** The film. */
  readonly output: string;
  /** Frames a second. */
  readonly fps: number;
}

const USUAL_FPS = 24;

/**
 * How many frames a film has.
 * @throws UsageError `OPTIONS_EXCLUSIVE`
 */
export function frameCount(
  { frames, seconds, fps = USUAL_FPS }: Pick<FilmChoice, 'frames' | 'seconds' | 'fps'>,
  usualSeconds: number,
): number {
  if (frames !== undefined && seconds !== undefined) throw optionsExclusive('frames', 'seconds');
  return frames ?? Math.max(2, Math.round((seconds ?? usualSeconds) * fps));
}

/** Makes sure, before any work, that the film can be written. */
export async function checkFilmOutput(
  { out, fps = USUAL_FPS, force }: FilmChoice,
  inputs: readonly string[],
): Promise<void> {
  await checkFilm(out, { fps });
  await checkOutput(out, { force, inputs });
}

/**
 * Writes the frames as they come, and says what the film has become.
 * @param models paths of the models by their roles; the film keeps their names only, as folders may be private
 * @param settings what the film shows
 */
export async function writeFrames(
  frames: AsyncIterable<Picture>,
  total: number,
  { out, fps = USUAL_FPS, force, scale = 1 }: FilmChoice,
  {
    models,
    settings,
  }: { models: Readonly<Record<string, string>>; settings: Readonly<Record<string, unknown>> },
  report: Report,
): Promise<FilmDocument> {
  const onFrame = report.stage('frames', total);
  async function* counted(): AsyncGenerator<Picture> {
    let done = 0;
    for await (const frame of frames) {
      yield enlarge(frame, scale);
      onFrame(++done);
    }
  }
  const names = Object.entries(models).map(([role, path]) => [role, basename(path)] as const);
  const texts = [...names, ...Object.entries(settings)].filter(([, value]) => value !== undefined);
  const metadata = Object.fromEntries(texts.map(([key, value]) => [key, String(value)]));
  const summary = await writeFilm(out, counted(), { fps, force, signal: report.signal, metadata });
  return { output: out, ...summary, fps };
}
