import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodeFilm } from '../../src/render/film.js';
import { flatPicture } from './pictures.js';

const grey = (level: number) => flatPicture(32, 24, [level, level, level]);

describe('encodeFilm', () => {
  test('has a page for each frame, in order, and lasts as long as it should', async () => {
    const frames = Array.from({ length: 120 }, (_, i) => grey((i * 47) % 256));
    const film = await encodeFilm(frames, { fps: 30 });
    const { format, pages, pageHeight, width, delay, loop } = await sharp(film, {
      animated: true,
    }).metadata();
    expect({ format, pages, pageHeight, width, loop }).toEqual({
      format: 'webp',
      pages: 120,
      pageHeight: 24,
      width: 32,
      loop: 0,
    });
    expect(delay?.reduce((sum, ms) => sum + ms)).toBe(4000);
    const last = await sharp(film, { page: 119 }).raw().toBuffer();
    expect(Math.abs(last[0]! - ((119 * 47) % 256))).toBeLessThan(4);
  });

  test('equal frames stay longer', async () => {
    const film = await encodeFilm([grey(0), grey(200), grey(200), grey(0)], { fps: 10 });
    const { delay } = await sharp(film, { animated: true }).metadata();
    expect(delay?.reduce((sum, ms) => sum + ms)).toBe(400);
  });

  test('one frame is a still picture', async () => {
    const film = await encodeFilm([grey(9)], { fps: 1 });
    expect((await sharp(film).metadata()).format).toBe('webp');
  });

  test('refuses what is no film', async () => {
    const refusal = (promise: Promise<unknown>, code: string) =>
      expect(promise).rejects.toMatchObject({ code });
    await refusal(encodeFilm([], { fps: 10 }), 'FRAMES_MISSING');
    await refusal(encodeFilm([grey(0), flatPicture(24, 32, [0, 0, 0])], { fps: 10 }), 'FRAMES_DIFFER');
    for (const fps of [0, -1, 1000, Number.NaN])
      await refusal(encodeFilm([grey(0)], { fps }), 'FPS_OUT_OF_RANGE');
    await refusal(encodeFilm([flatPicture(20_000, 1, [0, 0, 0])], { fps: 10 }), 'FRAMES_TOO_LARGE');
    const large = flatPicture(1024, 1024, [0, 0, 0]);
    await refusal(encodeFilm(Array(700).fill(large), { fps: 10 }), 'FRAMES_TOO_LARGE');
  });
});
