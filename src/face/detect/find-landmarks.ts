import type { Picture } from '../../picture/picture.js';
import { resample } from '../../picture/resize.js';
import type { Point } from '../landmarks.js';
import type { Region } from '../photo.js';
import { isFace, placed, type Quad, quadOf } from '../quad.js';
import { warpToSquare } from '../warp.js';
import { SIDE } from './landmark-graph.js';
import type { Networks } from './networks.js';

/**
 * The network was trained with close crops of upright faces. Its first look, at the detector's box, misses where a
 * face is turned. So it looks twice more, at the face turned upright by what it has found: this share of the FFHQ
 * square, so far below its middle. (Measured on 15 faces of five photos, each turned by 15 and 30 degrees to both
 * sides: eyes and mouth move by 0.08 of the distance of the eyes after the first look, by 0.02 after the third. A
 * smaller share makes the points shrink from look to look.)
 */
const LOOKS = 3;
const SHARE = 0.75;
const DOWN = 0.12;

/** A part of a photo in several sizes, each half of the one before. */
export interface Levels {
  readonly pictures: readonly Picture[];
  /** Where it lies in the photo, in whose pixels points and quads are. */
  readonly region: Region;
}

/** A picture of a part of a photo, half of it, a quarter of it, and so on. */
export async function levelsOf(picture: Picture, region: Region): Promise<Levels> {
  const pictures = [picture];
  for (let last = picture; Math.max(last.width, last.height) > SIDE; ) {
    last = await resample(last, 0.5);
    pictures.push(last);
  }
  return { pictures, region };
}

/** The 68 landmarks of the face in a quad, in pixels of the photo; undefined where there is none after all. */
export async function findLandmarks(
  networks: Networks,
  levels: Levels,
  first: Quad,
): Promise<readonly Point[] | undefined> {
  let points = await lookAt(networks, levels, first);
  for (let look = 1; look < LOOKS; look++) {
    if (!isFace({ points })) return undefined;
    points = await lookAt(networks, levels, closeUp(quadOf({ points })));
  }
  return isFace({ points }) ? points : undefined;
}

async function lookAt(
  networks: Networks,
  { pictures, region }: Levels,
  quad: Quad,
): Promise<readonly Point[]> {
  // The smallest picture with a pixel for each that the network sees: in a larger one most would be skipped.
  const level = pictures.findLast(({ width }) => (quad.size * width) / region.width >= SIDE) ?? pictures[0]!;
  const inLevel = placed(quad, [-region.left, -region.top], level.width / region.width);
  const square = warpToSquare(level, inLevel, SIDE);
  const points = await networks.landmarks(square);
  const [[x0, y0], [downX, downY], , [acrossX, acrossY]] = quad.corners;
  return points.map(([x, y]) => [
    x0 + (acrossX - x0) * x + (downX - x0) * y,
    y0 + (acrossY - y0) * x + (downY - y0) * y,
  ]);
}

/** The part of a quad with brows, mouth and chin. */
function closeUp({ corners, size }: Quad): Quad {
  const [[x0, y0], [x1, y1], [x2, y2]] = corners;
  const [centreX, centreY] = [(x0 + x2) / 2, (y0 + y2) / 2];
  const [downX, downY] = [(x1 - x0) * DOWN, (y1 - y0) * DOWN];
  const [a, b, c, d] = corners.map(
    ([x, y]): Point => [centreX + downX + (x - centreX) * SHARE, centreY + downY + (y - centreY) * SHARE],
  );
  return { corners: [a!, b!, c!, d!], size: size * SHARE };
}
