import { describe, expect, test } from 'vitest';
import { openSafetensors } from '../../src/formats/safetensors/read.js';
import { fromPicture, toPicture } from '../../src/picture/picture.js';
import { readPicture } from '../../src/picture/read-picture.js';

describe('toPicture', () => {
  test('truncates clamp(image · 127.5 + 128)', () => {
    const image = new Float32Array(12).fill(0);
    image.set([-1, 1, 0.5, -5, 5, Number.NaN, -0.0001, 1 / 127.5]);
    const { width, height, data } = toPicture(image);
    expect([width, height]).toEqual([2, 2]);
    // Pixel by pixel: red from values 0..3, green from 4..7, blue from 8..11.
    expect([...data]).toEqual([0, 255, 128, 255, 0, 128, 191, 127, 128, 0, 129, 128]);
  });

  test.each(['golden32', 'golden32-tuned', 'golden64-cond'])(
    'gives the pixels of the reference: %s',
    async (name) => {
      const golden = await openSafetensors('fixtures/golden/golden-expected.safetensors');
      try {
        const picture = toPicture(await golden.read(`${name}.seed85.image_psi07`));
        expect(picture).toEqual(await readPicture(`fixtures/golden/${name}-seed0085.png`, picture.width));
      } finally {
        await golden.close();
      }
    },
  );

  test('refuses what is not square', () => {
    for (const length of [0, 1, 6, 100]) {
      expect(() => toPicture(new Float32Array(length))).toThrow(
        expect.objectContaining({ code: 'PICTURE_SHAPE' }),
      );
    }
  });
});

test('fromPicture spreads 0..255 over -1..1, plane by plane, and comes back', () => {
  const data = new Uint8Array(16 * 16 * 3).map((_, i) => i % 256);
  const image = fromPicture({ width: 16, height: 16, data });
  expect(image[0]).toBe(-1);
  expect(image[256]).toBeCloseTo(1 / 127.5 - 1, 6);
  expect(Math.max(...image)).toBe(1);
  const back = toPicture(image).data;
  // The way out adds half a level before it truncates, so the way there and back is exact.
  expect(back).toEqual(data);
});
