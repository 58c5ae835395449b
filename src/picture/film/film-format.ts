import { extname } from 'node:path';
import { UsageError } from '../../errors.js';

/** The formats that films are written in. */
export type FilmFormat = 'webp' | 'gif' | 'mp4';

interface FilmLimits {
  /** Pixels a side that the format can hold. */
  readonly side: number;
  /** Frames a second beyond which players do something else. */
  readonly fps: number;
}

/**
 * Browsers slow WebP animations with frames shorter than 11 ms, and GIFs with frames shorter than 20 ms, down to ten
 * frames a second. The side of an MP4 is that of H.264's level 6.2.
 */
const LIMITS: Readonly<Record<FilmFormat, FilmLimits>> = {
  webp: { side: 16383, fps: 90 },
  gif: { side: 65535, fps: 50 },
  mp4: { side: 8192, fps: 240 },
};

const MIN_FPS = 0.01;

/**
 * The format that a file name asks for by its extension, in either case.
 * @throws UsageError `FILM_FORMAT` listing the known extensions.
 */
export function filmFormatOf(path: string): FilmFormat {
  const extension = extname(path).toLowerCase();
  const format = extension.slice(1);
  if (Object.hasOwn(LIMITS, format)) return format as FilmFormat;
  throw new UsageError(
    'FILM_FORMAT',
    `${path}: expected a film's name ending in .webp, .gif, .mp4, found ${extension === '' ? 'no extension' : extension}`,
  );
}

/** @throws UsageError `FPS_OUT_OF_RANGE` */
export function requireFps(format: FilmFormat, fps: number): void {
  const { fps: most } = LIMITS[format];
  if (fps >= MIN_FPS && fps <= most) return;
  throw new UsageError(
    'FPS_OUT_OF_RANGE',
    `\`fps\`: expected ${MIN_FPS}..${most} frames a second for ${format}, found ${fps}`,
  );
}

/** @throws UsageError `FRAMES_TOO_LARGE` */
export function requireFilmSide(format: FilmFormat, width: number, height: number): void {
  const { side } = LIMITS[format];
  if (width <= side && height <= side) return;
  throw new UsageError(
    'FRAMES_TOO_LARGE',
    `film: expected frames of at most ${side} pixels a side for ${format}, found ${width} x ${height}`,
  );
}
