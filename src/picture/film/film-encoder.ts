import type { Picture } from '../picture.js';

/** Turns frames into the bytes of a film, one after the other. */
export interface FilmEncoder {
  add(frame: Picture): Promise<void>;
  /** Writes what is left. */
  finish(): Promise<void>;
  /** Gives everything back; after `finish` or instead of it. */
  close(): Promise<void>;
}

/** What an encoder knows from the start. */
export interface FilmShape extends FilmOptions {
  readonly width: number;
  readonly height: number;
}

export interface FilmOptions {
  /** Frames a second: up to 90 in WebP, 50 in GIF, 240 in MP4. */
  readonly fps: number;
  /** Whether players begin again at the end; true unless given. An MP4 does not say. */
  readonly loop?: boolean;
  /** Free text to carry along: XMP in WebP, a comment in GIF and MP4. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}
