import type { Picture } from '../../picture/picture.js';
import { DETECTOR_SIDE } from './detector-graph.js';

/** A face as the detector sees it. */
export interface Detection {
  /** How sure the detector is, 0..1. */
  readonly score: number;
  /** In pixels of the picture that was searched. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** What the detector says of each of its places. */
export interface Predictions {
  /** A logit for each place. */
  readonly score: Float32Array;
  /** Four numbers for each place: how far its box is from the anchor, and how much larger. */
  readonly box: Float32Array;
}

/** Top, left, bottom, right, as shares of the square that the detector sees. */
export type Corners = readonly [top: number, left: number, bottom: number, right: number];

/** By what the detector's numbers were multiplied in training: places by ten, sizes by five. */
const PLACE_SCALE = 10;
const SIZE_SCALE = 5;

/** Of two boxes that have more than this of their union in common only the surer one is a face. */
const OVERLAPPING = 0.5;

/** No more faces than this are told of a picture. */
const MAX_FACES = 200;

/**
 * The faces of a picture, the surest first, each once.
 * @param anchors [places, 4]: the corners of each place's anchor
 * @param picture whose predictions these are
 * @param minScore surer than this
 */
export function facesOf(
  predictions: Predictions,
  anchors: Float32Array,
  picture: Pick<Picture, 'width' | 'height'>,
  minScore: number,
): Detection[] {
  const candidates = Array.from(predictions.score, (logit, place) => ({ score: sigmoid(logit), place }))
    .filter(({ score }) => score > minScore)
    .sort((a, b) => b.score - a.score)
    .map(({ score, place }) => ({ score, corners: cornersOf(predictions.box, anchors, place) }));
  const chosen: typeof candidates = [];
  for (const candidate of candidates) {
    if (chosen.length === MAX_FACES) break;
    if (chosen.every(({ corners }) => overlap(corners, candidate.corners) <= OVERLAPPING))
      chosen.push(candidate);
  }
  return chosen.map(({ score, corners }) => ({ score, box: inPixels(corners, picture) }));
}

function sigmoid(logit: number): number {
  return Math.fround(1 / (1 + Math.exp(-logit)));
}

/** The box of a place: its anchor, moved and stretched. */
export function cornersOf(box: Float32Array, anchors: Float32Array, place: number): Corners {
  const axis = (k: 0 | 1): [number, number] => {
    const [start, end] = [anchors[4 * place + k]!, anchors[4 * place + 2 + k]!];
    const size = end - start;
    const centre = (start + end) / 2 + (box[4 * place + k]! / PLACE_SCALE) * size;
    const half = (Math.exp(box[4 * place + 2 + k]! / SIZE_SCALE) * size) / 2;
    return [centre - half, centre + half];
  };
  const [[top, bottom], [left, right]] = [axis(0), axis(1)];
  return [top, left, bottom, right];
}

/** What two boxes have in common, as a share of their union. */
function overlap(a: Corners, b: Corners): number {
  const down = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const across = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const common = Math.max(0, down) * Math.max(0, across);
  return common === 0 ? 0 : common / (areaOf(a) + areaOf(b) - common);
}

function areaOf([top, left, bottom, right]: Corners): number {
  return (bottom - top) * (right - left);
}

/** A box within the square, in pixels of the picture that lies in its upper left corner. */
function inPixels([top, left, bottom, right]: Corners, { width, height }: Pick<Picture, 'width' | 'height'>) {
  const scale = DETECTOR_SIDE / Math.max(width, height);
  // The detector's own code rounds the picture's extent in the square to pixels.
  const [across, down] = [width, height].map(
    (extent) => (extent * DETECTOR_SIDE) / Math.round(extent * scale),
  ) as [number, number];
  const [x, y] = [Math.max(0, left) * across, Math.max(0, top) * down];
  return { x, y, width: Math.min(1, right) * across - x, height: Math.min(1, bottom) * down - y };
}
