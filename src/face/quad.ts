import { InputFileError } from '../errors.js';
import { LANDMARK_COUNT, type Landmarks, type Point } from './landmarks.js';

/** Where an aligned picture lies in its photo: a square, turned. */
export interface Quad {
  /** Top left, bottom left, bottom right, top right of the aligned picture, in pixels of the photo. */
  readonly corners: readonly [Point, Point, Point, Point];
  /** Length of a side, in pixels of the photo. */
  readonly size: number;
}

/**
 * The square that FFHQ takes of a photo: as wide as twice the distance of the eyes or 1.8 times that of eyes and
 * mouth, times two; turned with the eyes; its centre a tenth of the way from the eyes to the mouth.
 * (Karras et al. 2019, recreate_aligned_images of ffhq-dataset.)
 */
export function quadOf({ points }: Landmarks): Quad {
  const left = mean(points.slice(36, 42));
  const right = mean(points.slice(42, 48));
  const mouth = mean([points[48]!, points[54]!]);
  const eyes = mean([left, right]);
  const eyeToEye = minus(right, left);
  const eyeToMouth = minus(mouth, eyes);
  const across = minus(eyeToEye, quarterTurn(eyeToMouth));
  const half = Math.max(2 * length(eyeToEye), 1.8 * length(eyeToMouth));
  const x = times(across, half / length(across));
  const y = quarterTurn(x);
  const c = plus(eyes, times(eyeToMouth, 0.1));
  return {
    corners: [minus(minus(c, x), y), plus(minus(c, x), y), plus(plus(c, x), y), minus(plus(c, x), y)],
    size: 2 * half,
  };
}

/** Sides of quads in pixels, between which there can be a face. */
const SMALLEST = 2;
const LARGEST = 1e6;

/** Whether eyes and mouth are apart, so that they span a quad. */
export function isFace(landmarks: Landmarks): boolean {
  if (landmarks.points.length !== LANDMARK_COUNT) return false;
  const { size, corners } = quadOf(landmarks);
  return size >= SMALLEST && size <= LARGEST && corners.flat().every(Number.isFinite);
}

/**
 * Makes sure that a quad can be made of landmarks.
 * @param name what messages call their source
 * @throws InputFileError `LANDMARKS_DEGENERATE`
 */
export function requireFace(landmarks: Landmarks, name: string): void {
  if (isFace(landmarks)) return;
  throw new InputFileError(
    'LANDMARKS_DEGENERATE',
    `${name}: landmarks: expected ${LANDMARK_COUNT} points with eyes and mouth apart, found them in one place`,
  );
}

/** The quad in a photo that is moved by `offset` and then has every length multiplied by `factor`. */
export function placed({ corners, size }: Quad, offset: Point, factor = 1): Quad {
  const [a, b, c, d] = corners.map((corner) => times(plus(corner, offset), factor));
  return { corners: [a!, b!, c!, d!], size: size * factor };
}

/** The smallest rectangle of whole pixels that holds a quad. */
export function boundsOf({ corners }: Quad): { left: number; top: number; right: number; bottom: number } {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  return {
    left: Math.floor(Math.min(...xs)),
    top: Math.floor(Math.min(...ys)),
    right: Math.ceil(Math.max(...xs)),
    bottom: Math.ceil(Math.max(...ys)),
  };
}

/** Turned so that right becomes down. */
function quarterTurn([x, y]: Point): Point {
  return [-y, x];
}

function mean(points: readonly Point[]): Point {
  return times(points.reduce(plus), 1 / points.length);
}

function plus([a, b]: Point, [x, y]: Point): Point {
  return [a + x, b + y];
}

function minus([a, b]: Point, [x, y]: Point): Point {
  return [a - x, b - y];
}

function times([x, y]: Point, factor: number): Point {
  return [x * factor, y * factor];
}

function length([x, y]: Point): number {
  return Math.hypot(x, y);
}
