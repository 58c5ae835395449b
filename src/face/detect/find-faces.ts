import { type Engine, openEngine } from '../../engine/index.js';
import { throwIfAborted } from '../../errors.js';
import type { Landmarks } from '../landmarks.js';
import { DEFAULT_MIN_SIZE } from '../limits.js';
import type { Photo } from '../photo.js';
import { boundsOf, type Quad } from '../quad.js';
import { detectFaces } from './detect.js';
import { findLandmarks, type Levels, levelsOf } from './find-landmarks.js';
import { SIDE } from './landmark-graph.js';
import { type Networks, openNetworks } from './networks.js';

/** A face in a photo. */
export interface Face extends Landmarks {
  /** Around brows, cheeks and chin, in pixels of the upright photo. */
  readonly box: Box;
  /** How sure the detector is, 0..1. */
  readonly score: number;
}

interface Box {
  /** Of its left edge, from the left of the photo. */
  readonly left: number;
  /** Of its upper edge, from the top of the photo. */
  readonly top: number;
  /** From its left to its right edge. */
  readonly width: number;
  /** From its upper to its lower edge. */
  readonly height: number;
}

export interface FaceSearchOptions {
  /** Faces whose box has a longer side of fewer pixels are left out. Default: 24. */
  readonly minSize?: number;
  readonly signal?: AbortSignal;
}

/** What a finder computes with. */
export interface FaceFinderOptions {
  /** Default: one of its own on the processor, where a look at a photo takes a fraction of a second. */
  readonly engine?: Engine;
}

/** Finds faces. Calls may overlap; they wait for each other. */
export interface FaceFinder extends AsyncDisposable {
  /** With what it computes, for people. */
  readonly description: string;
  /**
   * The faces of a photo, from left to right.
   * @throws InputFileError `PICTURE_UNREADABLE`
   */
  find(photo: Photo, options?: FaceSearchOptions): Promise<Face[]>;
  /** Gives the memory of the networks back; `await using` does so at the end of a block. */
  dispose(): Promise<void>;
}

/** Longest side of what faces are looked for in. */
const SEARCH_SIDE = 2048;

/**
 * What is cut out of a larger photo to find the landmarks of a small face: so many times the longer side of its box.
 */
const AROUND = 3;

/**
 * Loads the detector and the landmark network, which takes half a second; nothing is downloaded. What it finds does
 * not depend on the engine or its threads, but for the last digits.
 * @throws EngineError `FACES_NOT_LOADABLE`, and those of `openEngine` where none is given
 * @example const [first] = await (await createFaceFinder()).find(await openPhoto('me.jpg'));
 */
export async function createFaceFinder({ engine }: FaceFinderOptions = {}): Promise<FaceFinder> {
  const computing = engine ?? (await openEngine({ device: 'cpu' }));
  const networks = await openNetworks(computing);
  return {
    description: computing.description,
    find: (photo, findOptions = {}) => find(networks, photo, findOptions),
    dispose: networks.dispose,
    [Symbol.asyncDispose]: networks.dispose,
  };
}

async function find(networks: Networks, photo: Photo, options: FaceSearchOptions): Promise<Face[]> {
  const { minSize = DEFAULT_MIN_SIZE, signal } = options;
  const picture = await photo.pixels({ size: sizeWithin(photo, SEARCH_SIDE) });
  const { width, height } = photo;
  const levels = await levelsOf(picture, { left: 0, top: 0, width, height });
  const faces: Face[] = [];
  for (const { box: found, score } of await detectFaces(networks, levels, signal)) {
    throwIfAborted(signal);
    const box = { left: found.x, top: found.y, width: found.width, height: found.height };
    const quad = squareAround(box);
    if (quad.size < minSize) continue;
    const isCoarse = quad.size * picture.width < SIDE * width;
    const points = await findLandmarks(
      networks,
      isCoarse ? await closeTo(photo, quad, levels) : levels,
      quad,
    );
    if (points !== undefined) faces.push({ points, box, score });
  }
  return faces.sort((a, b) => centreOf(a.box).x - centreOf(b.box).x);
}

/** The surroundings of a small face as finely as the photo has them; what there is, where that is all. */
async function closeTo(photo: Photo, quad: Quad, levels: Levels): Promise<Levels> {
  if (levels.pictures[0]!.width === photo.width) return levels;
  const margin = (quad.size * (AROUND - 1)) / 2;
  const bounds = boundsOf(quad);
  const [left, top] = [Math.max(0, bounds.left - margin), Math.max(0, bounds.top - margin)].map(Math.floor);
  const right = Math.min(photo.width, Math.ceil(bounds.right + margin));
  const bottom = Math.min(photo.height, Math.ceil(bounds.bottom + margin));
  const region = { left: left!, top: top!, width: right - left!, height: bottom - top! };
  return levelsOf(await photo.pixels({ region }), region);
}

/** The size of a photo reduced to a longest side, where it is larger. */
function sizeWithin({ width, height }: Photo, longest: number): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height));
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  return { width: scaled(width), height: scaled(height) };
}

function squareAround(box: Box): Quad {
  const { x, y } = centreOf(box);
  const size = Math.max(box.width, box.height);
  const [left, top, right, bottom] = [x - size / 2, y - size / 2, x + size / 2, y + size / 2];
  return {
    corners: [
      [left, top],
      [left, bottom],
      [right, bottom],
      [right, top],
    ],
    size,
  };
}

function centreOf({ left, top, width, height }: Box): { x: number; y: number } {
  return { x: left + width / 2, y: top + height / 2 };
}
