import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { checkFilm, encodeFilm, writeFilm } from '../../../src/picture/film/film.js';
import type { Picture } from '../../../src/picture/picture.js';
import { pictureMetadata } from '../../../src/picture/picture-metadata.js';
import { filesIn } from '../../cli/cli.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { flatPicture, smoothPicture } from '../pictures.js';

const grey = (level: number) => flatPicture(32, 24, [level, level, level]);
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

/** Frames of noise-free pictures that all differ, asked for one by one. */
async function* flicker(count: number, width = 32, height = 24): AsyncGenerator<Picture> {
  for (let i = 0; i < count; i++) {
    const level = (i * 47) % 256;
    yield flatPicture(width, height, [level, level, level]);
  }
}

async function frameOf(film: Uint8Array, page: number): Promise<Buffer> {
  return sharp(film, { page }).removeAlpha().raw().toBuffer();
}

describe.each(['webp', 'gif'] as const)('%s', (format) => {
  test('has a page for each frame, in order, and lasts as long as it should', async () => {
    // More frames than are encoded together.
    const film = await encodeFilm(flicker(150), { fps: 30, format });
    const { pages, pageHeight, width, delay, loop, ...rest } = await sharp(film, {
      animated: true,
    }).metadata();
    expect({ format: rest.format, pages, pageHeight, width, loop }).toEqual({
      format,
      pages: 150,
      pageHeight: 24,
      width: 32,
      loop: 0,
    });
    expect(delay?.reduce((sum, ms) => sum + ms)).toBe(5000);
    for (const page of [0, 63, 64, 149]) {
      expect(Math.abs((await frameOf(film, page))[0]! - ((page * 47) % 256))).toBeLessThan(4);
    }
  });

  test('moving pictures stay close to what they were', async () => {
    const frames = Array.from({ length: 70 }, (_, i) => {
      const { width, height, data } = smoothPicture(48, 40);
      return { width, height, data: data.map((level) => Math.min(255, level + 2 * i)) };
    });
    const film = await encodeFilm(frames, { fps: 20, format });
    for (const page of [0, 1, 40, 64, 69]) {
      const shown = await frameOf(film, page);
      const off = frames[page]!.data.reduce((sum, level, i) => sum + Math.abs(level - shown[i]!), 0);
      expect(off / shown.length).toBeLessThan(format === 'gif' ? 10 : 5);
    }
  });

  test('equal frames stay longer, also where all of them are', async () => {
    const levels = [0, 200, 200, 0];
    for (const frames of [levels.map(grey), Array(100).fill(grey(7))]) {
      const film = await encodeFilm(frames, { fps: 10, format });
      const { delay } = await sharp(film, { animated: true }).metadata();
      expect(delay?.reduce((sum, ms) => sum + ms)).toBe(frames.length * 100);
    }
  });

  test('plays once where it shall not loop, and one frame is enough', async () => {
    const film = await encodeFilm([grey(9), grey(99)], { fps: 1, format, loop: false });
    expect((await sharp(film, { animated: true }).metadata()).loop).toBe(1);
    expect((await sharp(await encodeFilm([grey(9)], { fps: 1, format })).metadata()).format).toBe(format);
  });

  test('is written frame by frame; what goes wrong leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, `film.${format}`);
    const summary = await writeFilm(path, flicker(3), { fps: 10, metadata: { seeds: '1 "2" <3>' } });
    expect(summary).toEqual({ format, frames: 3, width: 32, height: 24, seconds: 0.3 });
    const bytes = await readFile(path);
    if (format === 'webp') expect(await pictureMetadata(bytes)).toEqual({ seeds: '1 "2" <3>' });
    else expect(bytes.toString('latin1')).toContain(JSON.stringify({ seeds: '1 "2" <3>' }));

    await expect(writeFilm(path, flicker(3), { fps: 10 })).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    const controller = new AbortController();
    async function* stopping() {
      yield* flicker(2);
      controller.abort();
      yield* flicker(2);
    }
    const options = { fps: 10, force: true, signal: controller.signal };
    await expect(writeFilm(path, stopping(), options)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(await readFile(path)).toEqual(bytes);
    expect(await filesIn(folder)).toEqual([`film.${format}`]);
  });
});

describe.skipIf(!hasFfmpeg)('mp4', () => {
  test('has every frame at its time, even sides and true colours', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'film.mp4');
    const colour = [200, 60, 30] as const;
    const frames = Array.from({ length: 25 }, () => flatPicture(63, 33, colour));
    const summary = await writeFilm(path, frames, { fps: 12.5, metadata: { seeds: '1' } });
    expect(summary).toEqual({ format: 'mp4', frames: 25, width: 63, height: 33, seconds: 2 });
    const entries = 'stream=width,height,pix_fmt,nb_frames,r_frame_rate,duration:format_tags=comment';
    const probe = spawnSync('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', path]);
    const { streams, format } = JSON.parse(String(probe.stdout));
    expect(streams).toMatchObject([
      {
        width: 64,
        height: 34,
        pix_fmt: 'yuv420p',
        nb_frames: '25',
        r_frame_rate: '25/2',
        duration: '2.000000',
      },
    ]);
    expect(format.tags.comment).toBe('{"seeds":"1"}');
    const raw = ['-v', 'error', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
    const shown = spawnSync('ffmpeg', raw, { maxBuffer: 1 << 24 }).stdout;
    for (const [i, level] of colour.entries()) expect(Math.abs(shown[i]! - level)).toBeLessThan(6);
    expect(await filesIn(folder)).toEqual(['film.mp4']);
  });

  test('stops when it is told to', async () => {
    const folder = await temporaryFolder();
    const controller = new AbortController();
    async function* stopping() {
      yield* flicker(2, 64, 64);
      controller.abort();
      yield* flicker(1, 64, 64);
    }
    const options = { fps: 10, signal: controller.signal };
    await expect(writeFilm(join(folder, 'film.mp4'), stopping(), options)).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(await filesIn(folder)).toEqual([]);
  });
});

test('an MP4 without ffmpeg is refused before any work', async () => {
  const { PATH } = process.env;
  const folder = await temporaryFolder();
  process.env['PATH'] = folder;
  try {
    await expect(checkFilm('film.mp4')).rejects.toMatchObject({ code: 'FFMPEG_MISSING' });
    const path = join(folder, 'film.mp4');
    await expect(writeFilm(path, flicker(3), { fps: 5 })).rejects.toMatchObject({ code: 'FFMPEG_MISSING' });
    expect(await filesIn(folder)).toEqual([]);
    await writeFile(join(folder, 'ffmpeg'), '#!/bin/sh\necho " V..... mpeg4"\n', { mode: 0o755 });
    await expect(checkFilm('film.mp4')).rejects.toMatchObject({ code: 'FFMPEG_UNFIT' });
    await writeFile(join(folder, 'ffmpeg'), '#!/bin/sh\necho "no luck" >&2; exit 7\n', { mode: 0o755 });
    await expect(writeFilm(path, flicker(300), { fps: 5 })).rejects.toMatchObject({
      code: 'FFMPEG_FAILED',
      message: expect.stringContaining('no luck'),
    });
  } finally {
    process.env['PATH'] = PATH;
  }
});

test('refuses what is no film', async () => {
  const refusal = (promise: Promise<unknown>, code: string) =>
    expect(promise).rejects.toMatchObject({ code });
  await refusal(encodeFilm([], { fps: 10 }), 'FRAMES_MISSING');
  await refusal(encodeFilm([grey(0), flatPicture(24, 32, [0, 0, 0])], { fps: 10 }), 'FRAMES_DIFFER');
  for (const fps of [0, -1, 1000, Number.NaN]) {
    await refusal(encodeFilm([grey(0)], { fps }), 'FPS_OUT_OF_RANGE');
  }
  await refusal(encodeFilm([grey(0)], { fps: 60, format: 'gif' }), 'FPS_OUT_OF_RANGE');
  await refusal(encodeFilm([flatPicture(20_000, 1, [0, 0, 0])], { fps: 10 }), 'FRAMES_TOO_LARGE');
  await refusal(checkFilm('film.avi'), 'FILM_FORMAT');
  await refusal(writeFilm('film', [grey(0)], { fps: 10 }), 'FILM_FORMAT');
});
