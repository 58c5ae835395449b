import { basename } from 'node:path';
import { checkOutput } from '../files/outputs.js';
import { checkFilm, type FilmSummary, writeFilm } from '../picture/film/film.js';
import type { Picture } from '../picture/picture.js';
import { enlarge } from '../picture/resize.js';
import type { FilmChoice } from './options/film-options.js';
import type { Context, Outcome } from './outcome.js';

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
