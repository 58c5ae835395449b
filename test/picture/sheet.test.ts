import { describe, expect, test } from 'vitest';
import { drawText, fitText, textWidth } from '../../src/picture/lettering.js';
import type { Picture } from '../../src/picture/picture.js';
import { contactSheet } from '../../src/picture/sheet.js';
import { flatPicture, pixelAt, smoothPicture } from './pictures.js';

const RED = [255, 0, 0] as const;
const BLUE = [0, 0, 255] as const;

/** Whether a rectangle holds anything but white. */
function hasInk(picture: Picture, left: number, top: number, right: number, bottom: number): boolean {
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) if (pixelAt(picture, x, y)[1] < 128) return true;
  }
  return false;
}

describe('contactSheet', () => {
  test('enlarges small pictures by a whole factor, pixel by pixel', async () => {
    const picture = smoothPicture(64, 64);
    const sheet = await contactSheet({
      rows: [[picture, flatPicture(64, 64, RED)], [flatPicture(64, 64, BLUE)]],
    });
    // Margins of 8 pixels, gaps of 4, tiles of 128.
    expect([sheet.width, sheet.height]).toEqual([8 + 128 + 4 + 128 + 8, 8 + 128 + 4 + 128 + 8]);
    for (const [x, y] of [
      [0, 0],
      [17, 99],
      [127, 127],
    ] as const) {
      expect(pixelAt(sheet, 8 + x, 8 + y)).toEqual(pixelAt(picture, x >> 1, y >> 1));
    }
    expect(pixelAt(sheet, 8 + 128 + 4 + 64, 8 + 64)).toEqual(RED);
    expect(pixelAt(sheet, 8 + 64, 8 + 128 + 4 + 64)).toEqual(BLUE);
    expect(pixelAt(sheet, 8 + 128 + 4 + 64, 8 + 128 + 4 + 64)).toEqual([255, 255, 255]);
  });

  test('writes labels beside and above the pictures', async () => {
    const rows = [[flatPicture(64, 64, RED)], [flatPicture(64, 64, RED)]];
    const bare = await contactSheet({ rows });
    const sheet = await contactSheet({ rows, rowLabels: ['seed 0', 'seed 85'], columnLabels: ['base'] });
    const [left, top] = [sheet.width - bare.width, sheet.height - bare.height];
    expect(left).toBeGreaterThan(20);
    expect(top).toBeGreaterThan(10);
    expect(hasInk(sheet, 0, top + 8, left, top + 136)).toBe(true);
    expect(hasInk(sheet, 0, top + 140, left, top + 268)).toBe(true);
    expect(hasInk(sheet, left + 8, 0, sheet.width, top + 8)).toBe(true);
    expect(hasInk(sheet, 0, 0, left, top + 8)).toBe(false);
    expect(pixelAt(sheet, left + 8, top + 8)).toEqual(RED);
  });

  test('long labels are cut to the width of a tile', async () => {
    const rows = [[flatPicture(64, 64, RED), flatPicture(64, 64, RED)]];
    const columnLabels = ['x'.repeat(300), ''];
    const sheet = await contactSheet({ rows, columnLabels });
    expect(hasInk(sheet, 8, 0, 136, 28)).toBe(true);
    expect(hasInk(sheet, 137, 0, sheet.width, 28)).toBe(false);
  });

  test('reduces large pictures so that the sheet stays within 8192 pixels', async () => {
    const rows = [Array.from({ length: 10 }, () => flatPicture(1024, 1024, BLUE))];
    const sheet = await contactSheet({ rows, rowLabels: ['seed 0'] });
    expect(sheet.width).toBeLessThanOrEqual(8192);
    expect(sheet.width).toBeGreaterThan(8000);
    expect(pixelAt(sheet, sheet.width - 100, sheet.height - 100)).toEqual(BLUE);
  });

  test('enlarges less where there are many', async () => {
    const row = Array.from({ length: 100 }, () => flatPicture(64, 64, RED));
    expect((await contactSheet({ rows: [row] })).width).toBe(4 + 100 * 64 + 99 * 2 + 4);
    const many = Array.from({ length: 1000 }, () => flatPicture(8, 8, RED));
    await expect(contactSheet({ rows: [many] })).rejects.toMatchObject({ code: 'SHEET_TOO_LARGE' });
  });

  test('centres pictures of different sizes', async () => {
    const sheet = await contactSheet({ rows: [[flatPicture(128, 128, RED), flatPicture(48, 48, BLUE)]] });
    expect(sheet.width).toBe(8 + 128 + 4 + 128 + 8);
    expect(pixelAt(sheet, 140 + 64, 8 + 64)).toEqual(BLUE);
    expect(pixelAt(sheet, 140 + 15, 8 + 64)).toEqual([255, 255, 255]);
    expect(pixelAt(sheet, 140 + 16, 8 + 64)).toEqual(BLUE);
  });

  test('takes a scale', async () => {
    const rows = [[smoothPicture(64, 64)]];
    expect((await contactSheet({ rows, scale: 1 })).width).toBe(4 + 64 + 4);
    expect((await contactSheet({ rows, scale: 4 })).width).toBe(16 + 256 + 16);
    expect((await contactSheet({ rows, scale: 0.5 })).width).toBe(4 + 32 + 4);
    for (const scale of [0, -1, Number.NaN]) {
      await expect(contactSheet({ rows, scale })).rejects.toMatchObject({ code: 'SCALE_OUT_OF_RANGE' });
    }
    await expect(contactSheet({ rows, scale: 1000 })).rejects.toMatchObject({ code: 'SHEET_TOO_LARGE' });
  });

  test('needs a picture', async () => {
    await expect(contactSheet({ rows: [] })).rejects.toMatchObject({ code: 'SHEET_EMPTY' });
    await expect(contactSheet({ rows: [[]] })).rejects.toMatchObject({ code: 'SHEET_EMPTY' });
  });
});

describe('lettering', () => {
  test('every printable ASCII character has strokes of its own', async () => {
    const drawn = new Map<string, string>();
    for (let code = 0x21; code <= 0x7e; code++) {
      const character = String.fromCharCode(code);
      const picture = flatPicture(40, 32, [255, 255, 255]);
      await drawText(picture, character, { x: 2, y: 0, height: 32, level: 0 });
      expect(hasInk(picture, 0, 0, 40, 32), character).toBe(true);
      const pixels = Buffer.from(picture.data).toString('base64');
      expect(drawn.get(pixels), character).toBeUndefined();
      drawn.set(pixels, character);
    }
  });

  test('stays inside its box and the picture', async () => {
    for (const text of ['(gyp)', 'ÀÉî', '日本', '@_|{}']) {
      const width = textWidth(text, 24);
      const picture = flatPicture(width + 20, 44, [255, 255, 255]);
      await drawText(picture, text, { x: 10, y: 10, height: 24, level: 0 });
      expect(hasInk(picture, 0, 0, 9, 44)).toBe(false);
      expect(hasInk(picture, width + 11, 0, width + 20, 44)).toBe(false);
      expect(hasInk(picture, 0, 0, width + 20, 9)).toBe(false);
      expect(hasInk(picture, 0, 35, width + 20, 44)).toBe(false);
    }
    await drawText(flatPicture(5, 5, RED), 'outside', { x: -10, y: -3, height: 24, level: 0 });
  });

  test('text is cut to a width', () => {
    expect(fitText('base', 20, 200)).toBe('base');
    const cut = fitText('a rather long label', 20, 80);
    expect(cut).toMatch(/^a r.*…$/);
    expect(textWidth(cut, 20)).toBeLessThanOrEqual(80);
    expect(fitText('abc', 20, 3)).toBe('');
  });
});
