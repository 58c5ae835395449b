import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { photoOf } from '../../src/face/photo.js';
import { flatPicture, pixelAt, smoothPicture } from '../picture/pictures.js';

const [WIDTH, HEIGHT] = [48, 32];

/** The same soft gradient in many forms. */
function source() {
  const { width, height, data } = smoothPicture(WIDTH, HEIGHT);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const FORMS: Record<string, () => Promise<Buffer>> = {
  '16 bits': () => source().toColourspace('rgb16').png().toBuffer(),
  transparent: () => source().ensureAlpha(1).png().toBuffer(),
  'turned, as telephones save it': async () =>
    sharp(await source().rotate(-90).png().toBuffer())
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer(),
  animated: () => {
    const frames = [smoothPicture(WIDTH, HEIGHT), flatPicture(WIDTH, HEIGHT, [0, 0, 0])];
    const raw = { width: WIDTH, height: 2 * HEIGHT, channels: 3, pageHeight: HEIGHT } as const;
    return sharp(Buffer.concat(frames.map(({ data }) => data)), { raw })
      .webp({ lossless: true })
      .toBuffer();
  },
  TIFF: () => source().tiff({ compression: 'lzw' }).toBuffer(),
  palette: () => source().png({ palette: true, colours: 256, dither: 0 }).toBuffer(),
};

/** Levels by which a form may differ. */
const TOLERANCE: Record<string, number> = { palette: 20 };

describe('a photo is upright 8-bit sRGB, whole or in part, whatever its form', () => {
  test.each(Object.keys(FORMS))('%s', async (form) => {
    const photo = await photoOf(await FORMS[form]!(), form);
    expect([photo.width, photo.height]).toEqual([WIDTH, HEIGHT]);
    const expected = smoothPicture(WIDTH, HEIGHT);
    const region = { left: 10, top: 5, width: 20, height: 12 };
    const [whole, part] = [await photo.pixels(), await photo.pixels({ region })];
    expect([whole.width, whole.height, part.width, part.height]).toEqual([WIDTH, HEIGHT, 20, 12]);
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 20; x++) {
        const wanted = pixelAt(expected, x + 10, y + 5);
        expect(pixelAt(part, x, y)).toEqual(pixelAt(whole, x + 10, y + 5));
        for (const [i, level] of pixelAt(part, x, y).entries())
          expect(Math.abs(level - wanted[i]!)).toBeLessThanOrEqual(TOLERANCE[form] ?? 1);
      }
    }
  });

  test('CMYK, and transparency on white', async () => {
    const red = flatPicture(8, 8, [200, 60, 60]);
    const raw = { width: 8, height: 8, channels: 3 } as const;
    const cmyk = await sharp(red.data, { raw }).toColourspace('cmyk').jpeg().toBuffer();
    const [r, g, b] = pixelAt(await (await photoOf(cmyk, 'cmyk')).pixels(), 4, 4);
    expect(r).toBeGreaterThan(150);
    expect(Math.max(g, b)).toBeLessThan(120);
    const clear = await sharp(red.data, { raw }).ensureAlpha(0).png().toBuffer();
    expect(pixelAt(await (await photoOf(clear, 'clear')).pixels(), 4, 4)).toEqual([255, 255, 255]);
  });
});

describe('refused by name', () => {
  const svg = (content: string, size = 64) =>
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">${content}</svg>`);
  const entities = ['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map(
    (name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`,
  );
  const laughs = `<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">${entities.join('')}]>${svg('<text>&j;</text>')}`;
  const heic = Buffer.concat([
    Buffer.from([0, 0, 0, 24]),
    Buffer.from('ftypmif1\0\0\0\0mif1heic'),
    Buffer.from([0, 0, 0, 8]),
    Buffer.from('meta'),
  ]);

  test.each<[name: string, bytes: Buffer, message: RegExp]>([
    ['an SVG of a billion laughs', Buffer.from(laughs), /./],
    ['an SVG of 900 million pixels', svg('', 30_000), /210 million pixels/],
    ['an SVG 200,000 groups deep', svg('<g>'.repeat(200_000) + '</g>'.repeat(200_000)), /./],
    ['HEIC', heic, /it is HEIC, whose decoder does not come/],
    ['a text', Buffer.from('dear diary'), /no picture format that is known/],
  ])('%s', async (name, bytes, message) => {
    const read = async () => (await photoOf(bytes, name)).pixels();
    await expect(read()).rejects.toMatchObject({
      code: 'PICTURE_UNREADABLE',
      message: expect.stringMatching(message),
    });
    await expect(read()).rejects.toThrow(new RegExp(`^${name}: [^\\n]+$`));
  });

  test('an SVG cannot look into other files', async () => {
    const link = '<image width="64" height="64" href="file:///etc/hostname"/>';
    const photo = await photoOf(svg(link), 'link.svg');
    expect(pixelAt(await photo.pixels(), 30, 30)).toEqual([255, 255, 255]);
  });
});
