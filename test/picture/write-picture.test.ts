import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Picture } from '../../src/picture/picture.js';
import { pictureMetadata } from '../../src/picture/picture-metadata.js';
import { decodePicture, readPicture } from '../../src/picture/read-picture.js';
import { encodePicture, formatOf, writePicture } from '../../src/picture/write-picture.js';
import { smoothPicture } from './pictures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pictures-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function meanDifference(a: Picture, b: Picture): number {
  return a.data.reduce((sum, level, i) => sum + Math.abs(level - b.data[i]!), 0) / a.data.length;
}

describe('formatOf', () => {
  test.each([
    ['a.png', 'png'],
    ['a.b.JPG', 'jpeg'],
    ['x/y.jpeg', 'jpeg'],
    ['y.webp', 'webp'],
  ])('%s is %s', (path, format) => {
    expect(formatOf(path)).toBe(format);
  });

  test.each(['a.gif', 'png', 'a.', 'a.constructor', '.png', ''])('refuses %j', (path) => {
    expect(() => formatOf(path)).toThrow(expect.objectContaining({ code: 'PICTURE_FORMAT' }));
  });
});

describe('encodePicture', () => {
  test('PNG comes back exactly', async () => {
    const side = fc.integer({ min: 1, max: 24 });
    await fc.assert(
      fc.asyncProperty(side, fc.nat(), async (side, seed) => {
        const data = new Uint8Array(side * side * 3).map((_, i) => Math.imul(i + seed, 2654435761) >>> 13);
        const picture = { width: side, height: side, data };
        expect(await decodePicture(await encodePicture(picture, 'png'), side, 'noise')).toEqual(picture);
      }),
      { numRuns: 25 },
    );
  });

  test.each(['jpeg', 'webp'] as const)('%s comes back nearly', async (format) => {
    const picture = smoothPicture(64, 64);
    const back = await decodePicture(await encodePicture(picture, format), 64, format);
    expect(meanDifference(picture, back)).toBeLessThan(2);
  });

  test.each(['png', 'jpeg', 'webp'] as const)('%s carries metadata and repeats itself', async (format) => {
    const metadata = { recipe: '{"swap":16,"a":"<&\\">"}', credits: 'Zoë\n日本', empty: '' };
    const bytes = await encodePicture(smoothPicture(16, 16), format, { metadata });
    expect(await pictureMetadata(bytes)).toEqual(metadata);
    expect(await encodePicture(smoothPicture(16, 16), format, { metadata })).toEqual(bytes);
    expect(await pictureMetadata(await encodePicture(smoothPicture(16, 16), format))).toBeUndefined();
  });

  test('metadata of strangers is ignored', async () => {
    expect(await pictureMetadata(Buffer.from('no picture'))).toBeUndefined();
    expect(await pictureMetadata(new Uint8Array())).toBeUndefined();
  });
});

describe('writePicture', () => {
  test('writes what its name says and replaces nothing without force', async () => {
    const path = join(folder, 'a.png');
    await writePicture(path, smoothPicture(8, 8));
    expect((await readFile(path)).subarray(1, 4).toString()).toBe('PNG');
    await expect(writePicture(path, smoothPicture(16, 16))).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    expect(await readPicture(path, 8)).toEqual(smoothPicture(8, 8));
    await writePicture(path, smoothPicture(16, 16), { force: true });
    expect(await readPicture(path, 16)).toEqual(smoothPicture(16, 16));
    expect(await readdir(folder)).toEqual(['a.png']);
  });
});
