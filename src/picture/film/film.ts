import { throwIfAborted, UsageError } from '../../errors.js';
import { type OutputSink, type WriteOptions, writeAtomically } from '../../files/atomic-write.js';
import type { Picture } from '../picture.js';
import { animation } from './animation.js';
import type { FilmEncoder, FilmOptions, FilmShape } from './film-encoder.js';
import { type FilmFormat, filmFormatOf, requireFilmSide, requireFps } from './film-format.js';
import { gifContainer } from './gif.js';
import { mp4Film, requireFfmpeg } from './mp4.js';
import { webpContainer } from './webp.js';

/** What became of the frames. */
export interface FilmSummary {
  /** How it is encoded. */
  readonly format: FilmFormat;
  /** How many pictures it has. */
  readonly frames: number;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** How long it is. */
  readonly seconds: number;
}

const ENCODERS: Readonly<
  Record<FilmFormat, (sink: OutputSink, shape: FilmShape) => Promise<FilmEncoder> | FilmEncoder>
> = {
  webp: (sink, shape) => animation('webp', webpContainer(sink, shape), shape),
  gif: (sink, shape) => animation('gif', gifContainer(sink, shape), shape),
  mp4: mp4Film,
};

/**
 * Writes a film in the format of its extension (`.webp`, `.gif`, `.mp4`), completely or not at all. Frames, all of
 * one size, are taken one by one and encoded a few at a time, so a long film needs no more memory than a short one.
 * MP4 (H.264) needs the program ffmpeg; odd sides are made even with a white line.
 * @throws UsageError `FILM_FORMAT`, `FPS_OUT_OF_RANGE`, `FRAMES_MISSING`, `FRAMES_DIFFER`, `FRAMES_TOO_LARGE`
 * @throws EngineError `FFMPEG_MISSING`, `FFMPEG_UNFIT`; AbortedError; OutputError as `writeAtomically`
 */
export async function writeFilm(
  path: string,
  frames: AsyncIterable<Picture> | Iterable<Picture>,
  options: FilmOptions & WriteOptions,
): Promise<FilmSummary> {
  const format = filmFormatOf(path);
  requireFps(format, options.fps);
  let summary: FilmSummary | undefined;
  await writeAtomically(path, { force: options.force }, async (sink) => {
    summary = await encodeFrames(sink, format, frames, options);
  });
  return summary!;
}

/**
 * The bytes of an animated WebP or GIF of `frames`.
 * @throws UsageError as {@link writeFilm}
 */
export async function encodeFilm(
  frames: AsyncIterable<Picture> | Iterable<Picture>,
  options: FilmOptions & { readonly format?: 'webp' | 'gif' },
): Promise<Uint8Array> {
  const { format = 'webp' } = options;
  requireFps(format, options.fps);
  const sink = new MemorySink();
  await encodeFrames(sink, format, frames, options);
  return Buffer.concat(sink.parts);
}

/**
 * Makes sure, before any long work, that a film of this name can be made on this machine.
 * @throws UsageError `FILM_FORMAT`; EngineError `FFMPEG_MISSING`, `FFMPEG_UNFIT`
 */
export async function checkFilm(path: string, { fps }: { readonly fps?: number } = {}): Promise<void> {
  const format = filmFormatOf(path);
  if (fps !== undefined) requireFps(format, fps);
  if (format === 'mp4') await requireFfmpeg(path);
}

async function encodeFrames(
  sink: OutputSink,
  format: FilmFormat,
  frames: AsyncIterable<Picture> | Iterable<Picture>,
  options: FilmOptions,
): Promise<FilmSummary> {
  let first: Picture | undefined;
  let encoder: FilmEncoder | undefined;
  let count = 0;
  try {
    for await (const frame of frames) {
      throwIfAborted(options.signal);
      first ??= frame;
      const { width, height } = first;
      requireSameSize(frame, first, count);
      requireFilmSide(format, width, height);
      encoder ??= await ENCODERS[format](sink, { ...options, width, height });
      await encoder.add(frame);
      count++;
    }
    throwIfAborted(options.signal);
    if (first === undefined || encoder === undefined) {
      throw new UsageError('FRAMES_MISSING', 'film: expected at least one frame, found none');
    }
    await encoder.finish();
    const { width, height } = first;
    return { format, frames: count, width, height, seconds: count / options.fps };
  } finally {
    await encoder?.close();
  }
}

function requireSameSize(frame: Picture, { width, height }: Picture, index: number): void {
  if (frame.width === width && frame.height === height) return;
  throw new UsageError(
    'FRAMES_DIFFER',
    `film: expected ${width} x ${height} pixels as in frame 0, found ${frame.width} x ${frame.height} in frame ${index}`,
  );
}

/** A film in memory. */
class MemorySink implements OutputSink {
  position = 0;
  readonly parts: Uint8Array[] = [];

  async write(bytes: Uint8Array): Promise<void> {
    this.parts.push(bytes);
    this.position += bytes.length;
  }

  async rewrite(position: number, bytes: Uint8Array): Promise<void> {
    // Only headers are rewritten, and those are the first part.
    this.parts[0]!.set(bytes, position);
  }
}
