import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { photoOf } from '../../src/face/photo.js';
import { isSvg, rasteriseSvg } from '../../src/picture/rasterise-svg.js';
import { decodePicture } from '../../src/picture/read-picture.js';
import { pixelAt } from './pictures.js';

const svg = (content: string) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32">${content}</svg>`);

/** Groups of ten of the group before: 10 ** depth squares. */
function nested(depth: number): Buffer {
  const groups = Array.from(
    { length: depth },
    (_, k) => `<g id="g${k + 1}">${`<use href="#g${k}"/>`.repeat(10)}</g>`,
  );
  return svg(
    `<defs><g id="g0"><rect width="9" height="9"/></g>${groups.join('')}</defs><use href="#g${depth}"/>`,
  );
}

/** Every corner of a line is marked with a line whose corners are marked, and so on. */
function marked(depth: number): Buffer {
  const line = (k: number) => `<path marker-mid="url(#m${k})" d="M0 0${'l1 1'.repeat(60)}"/>`;
  const markers = Array.from({ length: depth }, (_, k) => `<marker id="m${k + 1}">${line(k)}</marker>`);
  return svg(`<marker id="m0"><rect width="5" height="5"/></marker>${markers.join('')}${line(depth)}`);
}

test('drawings with a few <use> are pictures like others, also compressed', async () => {
  const uses = [0, 20, 40].map((x) => `<use href="#a" x="${x}"/>`).join('');
  const drawing = svg(`<defs><rect id="a" width="10" height="32" fill="#00f"/></defs>${uses}`);
  for (const bytes of [drawing, gzipSync(drawing)]) {
    expect(isSvg(bytes)).toBe(true);
    const photo = await photoOf(bytes, 'a.svg');
    expect([photo.width, photo.height]).toEqual([64, 32]);
    const picture = await photo.pixels();
    expect([5, 15, 25, 35].map((x) => pixelAt(picture, x, 16))).toEqual([
      [0, 0, 255],
      [255, 255, 255],
      [0, 0, 255],
      [255, 255, 255],
    ]);
  }
  expect((await decodePicture(nested(2), 16, 'a.svg')).width).toBe(16);
});

test.each([
  ['<use>', nested(9)],
  ['markers', marked(4)],
])('a bomb of %s is given up', async (_, bytes) => {
  await expect(rasteriseSvg(bytes, 1e6, 0.3)).rejects.toThrow('it takes more than 0.3 s to draw');
});

test('what is no SVG is not drawn; what cannot be drawn is said', async () => {
  const png = await sharp(Buffer.from(svg('')))
    .png()
    .toBuffer();
  expect(isSvg(png)).toBe(false);
  expect(isSvg(Buffer.concat([png, svg('')]))).toBe(false);
  expect(isSvg(new Uint8Array())).toBe(false);
  const broken = {
    code: 'PICTURE_UNREADABLE',
    message: expect.stringContaining('broken.svg: cannot be read'),
  };
  await expect(decodePicture(Buffer.from('<svg><g></svg>'), 8, 'broken.svg')).rejects.toMatchObject(broken);
  const wide = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>');
  await expect(decodePicture(wide, 8, 'wide.svg')).rejects.toThrow('more than 210 million pixels');
  await expect(decodePicture(gzipSync('no drawing'), 8, 'a.svg')).rejects.toMatchObject({
    message: 'a.svg: cannot be read as a picture: the content is no picture format that is known',
  });
});
