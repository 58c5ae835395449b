import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { alignFace } from '../../src/face/align.js';
import type { Landmarks, Point } from '../../src/face/landmarks.js';
import { readLandmarks } from '../../src/face/landmarks-file.js';
import { openPhoto, photoOf } from '../../src/face/photo.js';
import { quadOf } from '../../src/face/quad.js';
import { pixelAt, smoothPicture } from '../picture/pictures.js';
import { fixture } from '../support/golden.js';

const golden = (name: string) => fixture(`golden/alignment/${name}`);

/** What the reference made, as bytes. */
async function expected(name: string): Promise<Uint8Array> {
  return sharp(await readFile(golden(`${name}-aligned.png`)))
    .removeAlpha()
    .raw()
    .toBuffer();
}

/** 68 points of which only eyes and mouth count: those of an upright face whose eyes are `apart` pixels apart. */
function faceAt(x: number, y: number, apart: number, turn = 0): Landmarks {
  const place = (dx: number, dy: number): Point => [
    x + dx * Math.cos(turn) - dy * Math.sin(turn),
    y + dx * Math.sin(turn) + dy * Math.cos(turn),
  ];
  const points = Array.from({ length: 68 }, (_, i): Point => {
    if (i >= 36 && i < 42) return place(-apart / 2, 0);
    if (i >= 42 && i < 48) return place(apart / 2, 0);
    if (i === 48 || i === 54) return place(i === 48 ? -apart / 3 : apart / 3, apart);
    return place(0, apart / 2);
  });
  return { points };
}

async function gradient(width: number, height: number) {
  const { data } = smoothPicture(width, height);
  return photoOf(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
    'gradient.png',
  );
}

describe('as the reference', () => {
  // Whole faces, one that leaves the photo at a corner, and one that is reduced first.
  test.each(['inside', 'corner', 'large'])('%s', async (name) => {
    const landmarks = await readLandmarks(golden(`${name}.json`));
    const { size, transformSize } = landmarks;
    const { picture } = await alignFace(await openPhoto(golden(`${name}.png`)), landmarks, {
      size: size!,
      transformSize,
    });
    const wanted = await expected(name);
    expect(picture.data.length).toBe(wanted.length);
    const differences = wanted.map((level, i) => Math.abs(level - picture.data[i]!));
    expect(differences.reduce((sum, value) => sum + value, 0) / wanted.length).toBeLessThan(0.6);
    expect(Math.max(...differences)).toBeLessThanOrEqual(7);
  });
});

test('every pixel of the result is the one that the quad says, whatever the scale and the turn', async () => {
  const photo = await gradient(400, 300);
  const face = fc.record({
    apart: fc.double({ min: 8, max: 50, noNaN: true }),
    turn: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    size: fc.constantFrom(16, 33, 64),
  });
  await fc.assert(
    fc.asyncProperty(face, async ({ apart, turn, size }) => {
      const { picture, quad } = await alignFace(photo, faceAt(200, 150, apart, turn), { size });
      const [[x0, y0], [x1, y1], , [x3, y3]] = quad.corners;
      for (const [column, row] of [
        [2, 2],
        [size - 3, 4],
        [size / 2, size - 4],
      ] as const) {
        const [u, v] = [(Math.floor(column) + 0.5) / size, (Math.floor(row) + 0.5) / size];
        const [x, y] = [x0 + (x3 - x0) * u + (x1 - x0) * v, y0 + (y3 - y0) * u + (y1 - y0) * v];
        if (x < 5 || y < 5 || x > 394 || y > 294) continue;
        const found = pixelAt(picture, Math.floor(column), Math.floor(row));
        expect(Math.abs(found[0] - (255 * x) / 400)).toBeLessThan(4);
        expect(Math.abs(found[1] - (255 * y) / 300)).toBeLessThan(4);
      }
    }),
    { numRuns: 12 },
  );
});

test('a face that fills more than the photo is continued, not black', async () => {
  const { picture } = await alignFace(await gradient(40, 40), faceAt(20, 16, 18), { size: 32 });
  const levels = picture.data.filter((_, i) => i % 3 === 2);
  expect(Math.min(...levels)).toBeGreaterThan(120);
  expect(Math.max(...levels)).toBeLessThan(136);
});

test('a photo is turned upright before landmarks count', async () => {
  const upright = await sharp(golden('inside.png')).removeAlpha().toBuffer();
  const turned = await sharp(await sharp(upright).rotate(-90).toBuffer())
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  const photo = await photoOf(turned, 'turned.png');
  expect([photo.width, photo.height]).toEqual([480, 400]);
  const landmarks = await readLandmarks(golden('inside.json'));
  const options = { size: 64, transformSize: 64 };
  const [a, b] = [
    await alignFace(photo, landmarks, options),
    await alignFace(await photoOf(upright, 'a'), landmarks, options),
  ];
  expect(a.picture).toEqual(b.picture);
});

test('a face far larger than the result takes no more memory than a small one', async () => {
  const { data } = smoothPicture(64, 64);
  const image = sharp(data, { raw: { width: 64, height: 64, channels: 3 } }).resize(4000, 3000);
  const photo = await photoOf(await image.jpeg().toBuffer(), 'large.jpg');
  const sizes: number[] = [];
  const counting = {
    ...photo,
    async pixels(options: Parameters<typeof photo.pixels>[0]) {
      const picture = await photo.pixels(options);
      sizes.push(picture.width, picture.height);
      return picture;
    },
  };
  const { picture } = await alignFace(counting, faceAt(2000, 1400, 330), { size: 32 });
  expect(Math.max(...sizes)).toBeLessThan(32 * 4);
  expect(Math.abs(pixelAt(picture, 16, 16)[0] - 128)).toBeLessThan(8);
});

test('landmarks that span nothing, or lie elsewhere, are refused by name', async () => {
  const photo = await gradient(40, 40);
  const one: Landmarks = { points: Array.from({ length: 68 }, (): Point => [5, 5]) };
  const cases = [
    [one, 'LANDMARKS_DEGENERATE'],
    [{ points: faceAt(20, 20, 9).points.slice(1) }, 'LANDMARKS_DEGENERATE'],
    [faceAt(Number.NaN, 20, 9), 'LANDMARKS_DEGENERATE'],
    [faceAt(900, 900, 9), 'FACE_OUTSIDE'],
    [faceAt(-900, 20, 9), 'FACE_OUTSIDE'],
  ] as const;
  for (const [landmarks, code] of cases) {
    await expect(alignFace(photo, landmarks, { size: 32 })).rejects.toMatchObject({
      code,
      message: expect.stringContaining('gradient.png'),
    });
  }
});

test('the quad is a square around eyes and mouth, turned with them', () => {
  fc.assert(
    fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (turn) => {
      const { corners, size } = quadOf(faceAt(100, 50, 20, turn));
      const sides = corners.map(([x, y], i) => {
        const [nextX, nextY] = corners[(i + 1) % 4]!;
        return Math.hypot(nextX - x, nextY - y);
      });
      for (const side of sides) expect(side).toBeCloseTo(size, 6);
      expect(size).toBeCloseTo(80, 6);
      const [[x0, y0], , , [x3, y3]] = corners;
      expect(Math.cos(Math.atan2(y3 - y0, x3 - x0) - turn)).toBeCloseTo(1, 6);
    }),
  );
});
