import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { alignFace } from '../../src/face/align.js';
import type { Point } from '../../src/face/landmarks.js';
import { matchColours } from '../../src/face/match-colours.js';
import { fromOklab, toOklab } from '../../src/face/oklab.js';
import { featheredMask, pasteFace } from '../../src/face/paste.js';
import { openPhoto } from '../../src/face/photo.js';
import type { Quad } from '../../src/face/quad.js';
import type { Picture } from '../../src/picture/picture.js';
import { flatPicture, pixelAt } from '../picture/pictures.js';
import { fixture } from '../support/golden.js';

const PHOTO = fixture('photos/astronaut.jpg');

/** Eyes and mouth of the photo, turned a little more; the other points count for nothing. */
const points = Array.from({ length: 68 }, (_, i): Point => {
  if (i >= 36 && i < 42) return [202, 98];
  if (i >= 42 && i < 48) return [247, 105];
  if (i === 48 || i === 54) return [220, 140];
  return [0, 0];
});

function square(x: number, y: number, half: number, turn = 0): Quad {
  const place = (dx: number, dy: number): Point => [
    x + dx * Math.cos(turn) - dy * Math.sin(turn),
    y + dx * Math.sin(turn) + dy * Math.cos(turn),
  ];
  return {
    corners: [place(-half, -half), place(-half, half), place(half, half), place(half, -half)],
    size: 2 * half,
  };
}

function meanDifference(a: Picture, b: Picture): number {
  return a.data.reduce((sum, level, i) => sum + Math.abs(level - b.data[i]!), 0) / a.data.length;
}

describe('putting a face back', () => {
  test('with the picture that was cut out, the photo stays as it was', async () => {
    const photo = await openPhoto(PHOTO);
    const whole = await photo.pixels();
    const { picture, quad } = await alignFace(photo, { points }, { size: 512 });
    const back = await pasteFace(whole, picture, quad);
    expect([back.width, back.height]).toEqual([512, 512]);
    expect(meanDifference(back, whole)).toBeLessThan(0.2);
    expect(back).not.toEqual(whole);
  });

  test('the middle is the face, outside is the photo, and no step between', async () => {
    const photo = flatPicture(200, 160, [0, 0, 0]);
    const white = flatPicture(16, 16, [255, 255, 255]);
    await fc.assert(
      fc.asyncProperty(fc.double({ min: -3.2, max: 3.2, noNaN: true }), async (turn) => {
        const pasted = await pasteFace(photo, white, square(100, 80, 40, turn));
        expect(pixelAt(pasted, 100, 80)).toEqual([255, 255, 255]);
        expect(pixelAt(pasted, 30, 80)).toEqual([0, 0, 0]);
        for (let x = 1; x < 200; x++) {
          const step = pixelAt(pasted, x, 80)[0] - pixelAt(pasted, x - 1, 80)[0];
          expect(Math.abs(step)).toBeLessThan(60);
        }
      }),
      { numRuns: 10 },
    );
  });

  test('a face that leaves the photo is put back as far as there is photo', async () => {
    const photo = flatPicture(50, 40, [10, 20, 30]);
    const pasted = await pasteFace(photo, flatPicture(8, 8, [200, 200, 200]), square(0, 0, 30));
    expect(pixelAt(pasted, 0, 0)).toEqual([200, 200, 200]);
    expect(pixelAt(pasted, 45, 5)).toEqual([10, 20, 30]);
    const outside = await pasteFace(photo, flatPicture(8, 8, [200, 200, 200]), square(-500, 20, 30));
    expect(outside).toEqual(photo);
  });

  test('the mask is 1 in the middle and falls to 0 at the border', () => {
    expect([featheredMask(0.5, 0.5), featheredMask(0, 0.5), featheredMask(1, 1)]).toEqual([1, 0, 0]);
    for (let u = 0.5; u < 1; u += 0.01)
      expect(featheredMask(u + 0.01, 0.5)).toBeLessThanOrEqual(featheredMask(u, 0.5));
  });
});

describe('colours', () => {
  test('Oklab and back is every colour itself; white and grey have no tint', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.nat(255), fc.nat(255), (r, g, b) => {
        expect(fromOklab(toOklab(r, g, b))).toEqual([r, g, b]);
      }),
    );
    const [lightness, a, b] = toOklab(255, 255, 255);
    expect(lightness).toBeCloseTo(1, 6);
    expect(Math.abs(a) + Math.abs(b)).toBeLessThan(1e-6);
  });

  test('a tint and a shadow go away; a picture matched with itself stays', async () => {
    const { data, info } = await sharp(PHOTO)
      .extract({ left: 140, top: 20, width: 170, height: 170 })
      .resize(64, 64)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const face: Picture = { width: info.width, height: info.height, data };
    expect(meanDifference(matchColours(face, face), face)).toBeLessThan(0.1);
    const tinted = { ...face, data: data.map((level, i) => level * [0.5, 0.75, 0.6][i % 3]!) };
    const matched = matchColours(tinted, face);
    expect(meanDifference(tinted, face)).toBeGreaterThan(40);
    expect(meanDifference(matched, face)).toBeLessThan(8);
  });

  test('one colour everywhere takes the mean of the other, without noise', () => {
    const matched = matchColours(flatPicture(8, 8, [9, 99, 9]), flatPicture(16, 16, [120, 80, 60]));
    expect(matched).toEqual(flatPicture(8, 8, [120, 80, 60]));
  });
});
