import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputFileError } from '../../src/errors.js';
import { decodePicture, readPicture } from '../../src/picture/read-picture.js';
import { flatPicture, pixelAt, smoothPicture } from './pictures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-picture-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** sharp on a soft gradient, or on another picture. */
function source(width = 64, height = 64, picture = smoothPicture(width, height)) {
  return sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 3 } });
}

function expectClose(found: readonly number[], expected: readonly number[], levels: number): void {
  for (const [i, level] of found.entries())
    expect(Math.abs(level - expected[i]!)).toBeLessThanOrEqual(levels);
}

describe('geometry', () => {
  test('pixels of a picture of the right size are untouched', async () => {
    const bytes = await source(37, 37).png().toBuffer();
    expect(await decodePicture(bytes, 37, 'a.png')).toEqual(smoothPicture(37, 37));
  });

  test('the centred square of a wide and of a high picture', async () => {
    for (const [width, height] of [
      [96, 32],
      [32, 96],
    ] as const) {
      const bytes = await source(width, height).png().toBuffer();
      const picture = await decodePicture(bytes, 32, 'a.png');
      const from = smoothPicture(width, height);
      expect([picture.width, picture.height]).toEqual([32, 32]);
      const [left, top] = [(width - 32) / 2, (height - 32) / 2];
      expect(pixelAt(picture, 0, 0)).toEqual(pixelAt(from, left, top));
      expect(pixelAt(picture, 31, 31)).toEqual(pixelAt(from, left + 31, top + 31));
    }
  });

  test('resizing down and up keeps the picture', async () => {
    for (const size of [16, 256]) {
      const picture = await decodePicture(await source(64, 64).png().toBuffer(), size, 'a.png');
      expect(picture.width).toBe(size);
      expectClose(pixelAt(picture, size / 2, size / 4), [128, 64, 128], 7);
    }
  });

  test('all eight orientations come out upright', async () => {
    // A red corner, top left when upright; stored the way each orientation stores it.
    const upright = flatPicture(32, 32, [255, 255, 255]);
    for (let y = 0; y < 16; y++) upright.data.fill(0, y * 96 + 1, y * 96 + 48);
    const corner = () => source(32, 32, upright);
    const stored = {
      1: corner(),
      2: corner().flop(),
      3: corner().rotate(180),
      4: corner().flip(),
      5: sharp(await corner().rotate(90).png().toBuffer()).flop(),
      6: corner().rotate(270),
      7: sharp(await corner().rotate(270).png().toBuffer()).flop(),
      8: corner().rotate(90),
    };
    for (const [orientation, image] of Object.entries(stored)) {
      const pixels = await image.png().toBuffer();
      const bytes = await sharp(pixels)
        .withMetadata({ orientation: Number(orientation) })
        .png()
        .toBuffer();
      const picture = await decodePicture(bytes, 32, orientation);
      const corners = [
        [4, 4],
        [28, 4],
        [4, 28],
        [28, 28],
      ].map(([x, y]) => pixelAt(picture, x!, y!)[2]);
      expect(corners, `orientation ${orientation}`).toEqual([0, 255, 255, 255]);
    }
  });
});

describe('colour', () => {
  test('transparency is put on white', async () => {
    const half = await source(8, 8, flatPicture(8, 8, [200, 0, 0]))
      .ensureAlpha(0.5)
      .png()
      .toBuffer();
    expectClose(pixelAt(await decodePicture(half, 8, 'a.png'), 3, 3), [228, 128, 128], 1);
    const clear = await source(8, 8, flatPicture(8, 8, [200, 0, 0]))
      .ensureAlpha(0)
      .webp()
      .toBuffer();
    expect(pixelAt(await decodePicture(clear, 8, 'a.webp'), 3, 3)).toEqual([255, 255, 255]);
  });

  test('16 bits a channel become 8', async () => {
    const bytes = await source(16, 16).toColourspace('rgb16').png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    expect(await decodePicture(bytes, 16, 'a.png')).toEqual(smoothPicture(16, 16));
  });

  test('CMYK becomes RGB', async () => {
    const bytes = await source(16, 16, flatPicture(16, 16, [200, 60, 60]))
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const [red, green, blue] = pixelAt(await decodePicture(bytes, 16, 'a.jpg'), 8, 8);
    expect(red).toBeGreaterThan(150);
    expect(Math.max(green, blue)).toBeLessThan(120);
  });

  test('grey has three equal channels, with transparency too', async () => {
    for (const image of [source(16, 16).greyscale(), source(16, 16).greyscale().ensureAlpha(1)]) {
      const picture = await decodePicture(await image.png().toBuffer(), 16, 'a.png');
      const [red, green, blue] = pixelAt(picture, 9, 5);
      expect([green, blue]).toEqual([red, red]);
    }
  });

  test('a palette and a P3 profile are understood', async () => {
    const flat = source(16, 16, flatPicture(16, 16, [250, 128, 7]));
    const palette = await flat.clone().png({ palette: true }).toBuffer();
    expectClose(pixelAt(await decodePicture(palette, 16, 'a.png'), 8, 8), [250, 128, 7], 3);
    const wide = await flat.withIccProfile('p3').png().toBuffer();
    expectClose(pixelAt(await decodePicture(wide, 16, 'a.png'), 8, 8), [250, 128, 7], 4);
  });

  test('the first frame of an animation counts', async () => {
    const frames = [flatPicture(8, 8, [255, 0, 0]), flatPicture(8, 8, [0, 0, 255])];
    const data = Buffer.concat(frames.map((frame) => frame.data));
    const raw = { width: 8, height: 16, channels: 3, pageHeight: 8 } as const;
    for (const bytes of [
      await sharp(data, { raw }).gif().toBuffer(),
      await sharp(data, { raw }).webp().toBuffer(),
    ]) {
      const picture = await decodePicture(bytes, 8, 'film');
      expectClose(pixelAt(picture, 4, 4), [255, 0, 0], 3);
    }
  });

  test('the content counts, not the name', async () => {
    const path = join(folder, 'really-a-png.jpg');
    await writeFile(path, await source(8, 8).png().toBuffer());
    expect(await readPicture(path, 8)).toEqual(smoothPicture(8, 8));
  });
});

describe('refusals', () => {
  async function codeOf(path: string): Promise<string> {
    const error = await readPicture(path, 8).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InputFileError);
    const { code, message } = error as InputFileError;
    expect(message).toContain(path);
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(path.length + 200);
    return code;
  }

  async function file(name: string, content: Uint8Array | string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  test('missing, folder, empty', async () => {
    await mkdir(join(folder, 'pictures.png'));
    expect(await codeOf(join(folder, 'nowhere.png'))).toBe('FILE_MISSING');
    expect(await codeOf(join(folder, 'pictures.png'))).toBe('FILE_IS_FOLDER');
    expect(await codeOf(await file('empty.png', ''))).toBe('FILE_EMPTY');
  });

  test('a text that is called .jpg, and a truncated JPEG and PNG', async () => {
    expect(await codeOf(await file('text.jpg', 'dear diary\n'.repeat(99)))).toBe('PICTURE_UNREADABLE');
    const noise = { width: 200, height: 200, data: new Uint8Array(120_000).map((_, i) => (i * i) >> 3) };
    const whole = [await source(0, 0, noise).jpeg().toBuffer(), await source(0, 0, noise).png().toBuffer()];
    for (const [i, bytes] of whole.entries()) {
      for (const share of [0.01, 0.3, 0.9]) {
        const part = bytes.subarray(0, Math.ceil(bytes.length * share));
        expect(await codeOf(await file(`part-${i}-${share}`, part))).toBe('PICTURE_UNREADABLE');
      }
    }
  });

  test('a few bytes that claim 900 million pixels', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>';
    await expect(decodePicture(Buffer.from(svg), 8, 'bomb')).rejects.toMatchObject({
      code: 'PICTURE_UNREADABLE',
      message: expect.stringContaining('210 million pixels'),
    });
  });

  test('damaged bytes give a picture or a one-line error', async () => {
    const bytes = await source(32, 32).jpeg().toBuffer();
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const copy = Buffer.from(bytes);
        for (const [at, value] of changes) copy[at] = value;
        try {
          expect((await decodePicture(copy, 8, 'damaged')).data.length).toBe(192);
        } catch (error) {
          expect(error).toBeInstanceOf(InputFileError);
          expect((error as Error).message).not.toContain('\n');
        }
      }),
      { numRuns: 60 },
    );
  });
});
