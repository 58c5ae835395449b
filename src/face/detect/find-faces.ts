import type { TfjsOptions } from '../../engine/tfjs/options.js';
import { throwIfAborted } from '../../errors.js';
import type { Picture } from '../../render/picture.js';
import type { Landmarks } from '../landmarks.js';
import { DEFAULT_MIN_SIZE } from '../limits.js';
import type { Photo } from '../photo.js';
import type { Quad } from '../quad.js';
import type { Detection } from './face-api.js';
import { findLandmarks, levelsOf } from './find-landmarks.js';
import { loadNetworks, type Networks, withTensor } from './networks.js';

/** A face in a photo. */
export interface Face extends Landmarks {
  /** Around brows, cheeks and chin, in pixels of the upright photo. */
  readonly box: Box;
  /** How sure the detector is, 0..1. */
  readonly score: number;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface FindOptions {
  /** Faces whose box has a longer side of fewer pixels are left out. Default: 24. */
  readonly minSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Finds faces. Its networks stay in memory as long as the process lives. */
export interface FaceFinder {
  /** With what it computes, for people. */
  readonly description: string;
  /**
   * The faces of a photo, from left to right.
   * @throws InputFileError `PICTURE_UNREADABLE`
   */
  find(photo: Photo, options?: FindOptions): Promise<Face[]>;
}

/** The detector's own default. */
const MIN_SCORE = 0.5;
const MAX_FACES = 200;

/** Longest side of what the detector sees: it was trained with pictures of this size. */
const DETECTOR_SIDE = 512;

/** Longest side of what landmarks are found in: a face that the detector just finds has some 80 pixels there. */
const LANDMARK_SIDE = 2048;

/**
 * Loads the detector and the landmark network, which takes half a second; nothing is downloaded.
 * @throws EngineError `FACES_NOT_LOADABLE`, `ENGINE_NOT_INSTALLED`, `ENGINE_NOT_LOADABLE`
 * @example const [first] = await (await createFaceFinder()).find(await openPhoto('me.jpg'));
 */
export async function createFaceFinder(options: TfjsOptions = {}): Promise<FaceFinder> {
  const networks = await loadNetworks(options);
  return {
    description: networks.description,
    find: (photo, findOptions = {}) => find(networks, photo, findOptions),
  };
}

async function find(networks: Networks, photo: Photo, options: FindOptions): Promise<Face[]> {
  const { minSize = DEFAULT_MIN_SIZE, signal } = options;
  const picture = await photo.pixels({ size: sizeWithin(photo, LANDMARK_SIDE) });
  const levels = await levelsOf(picture, photo.width);
  const seen = levels.pictures.find(({ width, height }) => Math.max(width, height) <= DETECTOR_SIDE)!;
  const faces: Face[] = [];
  for (const { box: found, score } of await detect(networks, seen)) {
    throwIfAborted(signal);
    const scale = photo.width / seen.width;
    const { x, y, width, height } = found;
    const box = { left: x * scale, top: y * scale, width: width * scale, height: height * scale };
    if (Math.max(box.width, box.height) < minSize) continue;
    const points = await findLandmarks(networks, levels, squareAround(box));
    if (points !== undefined) faces.push({ points, box, score });
  }
  return faces.sort((a, b) => centreOf(a.box).x - centreOf(b.box).x);
}

function detect({ machine, api }: Networks, picture: Picture): Promise<readonly Detection[]> {
  const options = new api.SsdMobilenetv1Options({ minConfidence: MIN_SCORE, maxResults: MAX_FACES });
  return withTensor(machine, picture, (tensor) => api.nets.ssdMobilenetv1.locateFaces(tensor, options));
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
