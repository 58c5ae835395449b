import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { chooseFaces } from '../../src/face/choose-faces.js';
import { createFaceFinder, type Face, type FaceFinder } from '../../src/face/detect/find-faces.js';
import type { Point } from '../../src/face/landmarks.js';
import { openPhoto, photoOf } from '../../src/face/photo.js';
import { flatPicture } from '../picture/pictures.js';
import { fixture } from '../support/golden.js';

/** Middles of the eyes and of the corners of the mouth, read off the enlarged photos by eye. */
type Known = readonly [left: Point, right: Point, mouth: Point];

const ASTRONAUT: Known = [
  [202, 100.5],
  [247, 103],
  [224, 140],
];

/** A sample of the detector's own package: five people, one from the side, two with turned heads. */
const GROUP_PHOTO = join(
  dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
  'demo/sample5.jpg',
);
const GROUP: readonly Known[] = [
  [
    [423, 990],
    [522, 980],
    [485, 1091],
  ],
  [
    [677, 514],
    [750, 515],
    [717, 600],
  ],
  [
    [843, 193],
    [921, 206],
    [876, 282],
  ],
  [
    [1149, 295],
    [1226, 293],
    [1183, 376],
  ],
  [
    [1440, 508],
    [1524, 491],
    [1500, 604],
  ],
];

/** Share of the distance of the eyes by which a point may be off: the eye that read them off has its doubts too. */
const TOLERANCE = 0.15;

let finder: FaceFinder;
beforeAll(async () => {
  finder = await createFaceFinder();
});

function keyPoints({ points }: Pick<Face, 'points'>): Known {
  const mean = (some: readonly Point[]): Point => [
    some.reduce((sum, [x]) => sum + x, 0) / some.length,
    some.reduce((sum, [, y]) => sum + y, 0) / some.length,
  ];
  return [mean(points.slice(36, 42)), mean(points.slice(42, 48)), mean([points[48]!, points[54]!])];
}

function expectFace(face: Face | undefined, known: Known, tolerance = TOLERANCE): void {
  const found = keyPoints(face!);
  const allowed = tolerance * Math.hypot(known[1][0] - known[0][0], known[1][1] - known[0][1]);
  for (const [i, [x, y]] of known.entries())
    expect(Math.hypot(found[i]![0] - x, found[i]![1] - y)).toBeLessThan(allowed);
}

test('eyes and mouth of a portrait', async () => {
  const faces = await finder.find(await openPhoto(fixture('photos/astronaut.jpg')));
  expect(faces.length).toBe(1);
  expect(faces[0]!.points.length).toBe(68);
  expectFace(faces[0], ASTRONAUT);
});

test('five faces of a group, from left to right; the small ones can be left out', async () => {
  const photo = await openPhoto(GROUP_PHOTO);
  const faces = await finder.find(photo);
  expect(faces.length).toBe(5);
  for (const [i, known] of GROUP.entries()) expectFace(faces[i], known);
  const heights = faces.map(({ box }) => box.height);
  const large = await finder.find(photo, { minSize: [...heights].sort((a, b) => a - b)[2]! });
  expect(large.length).toBe(3);
  expect(chooseFaces(faces, 2, 'group').map(({ number }) => number)).toEqual([2]);
  const [{ number } = { number: 0 }] = chooseFaces(faces, 'largest', 'group');
  expect(faces[number - 1]!.box.height).toBe(Math.max(...heights));
});

test('the same five where each is 3 to 4 % of a photo', async () => {
  const [left, top, width] = [500, 300, 400];
  const group = await sharp(GROUP_PHOTO).resize(width).toBuffer();
  const meadow = { width: 1030, height: 700, channels: 3, background: '#5a7a3c' } as const;
  const large = await sharp({ create: meadow })
    .composite([{ input: group, left, top }])
    .png()
    .toBuffer();
  const faces = await finder.find(await photoOf(large, 'meadow.png'));
  expect(faces.length).toBe(5);
  const scale = width / 1920;
  const place = ([x, y]: Point): Point => [left + x * scale, top + y * scale];
  for (const [i, [a, b, c]] of GROUP.entries()) {
    // Their eyes are 16 pixels apart.
    expectFace(faces[i], [place(a), place(b), place(c)], 0.25);
  }
});

test('a photo that lies on its side is turned first, and a turned head is found as it stands', async () => {
  const upright = sharp(fixture('photos/astronaut.jpg'));
  const lying = await sharp(await upright.clone().rotate(-90).jpeg().toBuffer())
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  expectFace((await finder.find(await photoOf(lying, 'lying.jpg')))[0], ASTRONAUT);

  const turn = (20 * Math.PI) / 180;
  const tilted = await upright.clone().rotate(20, { background: '#777' }).jpeg().toBuffer();
  const photo = await photoOf(tilted, 'tilted.jpg');
  const place = ([x, y]: Point): Point => [
    photo.width / 2 + (x - 256) * Math.cos(turn) - (y - 256) * Math.sin(turn),
    photo.height / 2 + (x - 256) * Math.sin(turn) + (y - 256) * Math.cos(turn),
  ];
  const [left, right, mouth] = ASTRONAUT;
  expectFace((await finder.find(photo))[0], [place(left), place(right), place(mouth)]);
});

test('no face is no face', async () => {
  for (const [width, height] of [
    [64, 64],
    [1, 1],
    [3000, 2],
  ] as const) {
    const { data } = flatPicture(width, height, [90, 120, 60]);
    const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const faces = await finder.find(await photoOf(bytes, 'meadow.png'));
    expect(faces).toEqual([]);
    expect(() => chooseFaces(faces, 'all', 'meadow.png')).toThrow('meadow.png: expected a face, found none');
  }
});

test('a face that is not there is named', async () => {
  const face: Face = { points: [], box: { left: 0, top: 0, width: 9, height: 9 }, score: 1 };
  expect(() => chooseFaces([face, face], 3, 'a.jpg')).toThrow(
    'a.jpg: expected a face number 3, found 2 faces',
  );
});
