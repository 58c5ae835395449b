import { throwIfAborted } from '../../errors.js';
import { CHANNELS, type Picture } from '../../picture/picture.js';
import type { Region } from '../photo.js';
import type { Detection } from './boxes.js';
import { DETECTOR_SIDE } from './detector-graph.js';
import type { Levels } from './find-landmarks.js';
import type { Networks } from './networks.js';

/** The detector's own default. */
const MIN_SCORE = 0.5;

/**
 * Pixels that neighbouring tiles share. A face that is larger was seen in the photo as a whole, or half as large in
 * the tiles before; what looks like one is a part of something.
 */
const OVERLAP = 128;

/** In tiles, where much more is looked at, the detector has to be surer. */
const MIN_TILE_SCORE = 0.65;

/** Where a smaller box than this, in the detector's pixels, is not as sure as that, a closer view decides. */
const DOUBTFUL = { side: 32, score: 0.8 };

/** A photo with a face of this share of its longer side is a portrait: others in it are bystanders. */
const PORTRAIT = 0.2;

const ORIGIN = { left: 0, top: 0 };

/** Two boxes are of one face where they share more than this of the smaller one. */
const SAME = 0.4;

/**
 * The faces of a photo, boxes in its own pixels. It is looked at as a whole, which shows faces from some 4 % of its
 * longer side; then, unless it is a portrait, twice as large in tiles, and twice as large again, as long as that
 * shows more or nothing has been found.
 */
export async function detectFaces(
  networks: Networks,
  { pictures, region }: Levels,
  signal: AbortSignal | undefined,
): Promise<readonly Detection[]> {
  const whole = pictures.findIndex((picture) => longer(picture) <= DETECTOR_SIDE);
  let found: readonly Detection[] = [];
  // Of a line of pixels nothing shows at any size.
  const finest = Math.min(region.width, region.height) < DOUBTFUL.side ? whole : 0;
  for (let k = whole; k >= finest; k--) {
    const level = pictures[k]!;
    const scale = region.width / level.width;
    const isWhole = k === whole;
    const seen = isWhole ? await networks.detect(level, MIN_SCORE) : await inTiles(networks, level, signal);
    throwIfAborted(signal);
    const isPortrait = isWhole && seen.some(({ box }) => longer(box) >= longer(level) * PORTRAIT);
    const isLast = k === finest || isPortrait;
    // What was found before, in a wider view, counts.
    const fresh = seen
      .map((one) => ({ isSure: isLast || !isDoubtful(one), inPhoto: moved(one, ORIGIN, scale) }))
      .filter(({ inPhoto }) => !found.some((other) => isSame(inPhoto, other)));
    const isDone = !isWhole && fresh.length === 0 && found.length > 0;
    found = [...found, ...fresh.flatMap(({ isSure, inPhoto }) => (isSure ? [inPhoto] : []))];
    if (isPortrait || isDone) break;
  }
  return found;
}

/** The faces of a picture that is larger than what the detector sees, each once. */
async function inTiles(
  networks: Networks,
  picture: Picture,
  signal: AbortSignal | undefined,
): Promise<Detection[]> {
  const found: Detection[] = [];
  for (const tile of tilesOf(picture)) {
    throwIfAborted(signal);
    const seen = await networks.detect(cut(picture, tile), MIN_TILE_SCORE);
    found.push(...seen.filter(({ box }) => longer(box) <= OVERLAP).map((one) => moved(one, tile, 1)));
  }
  found.sort((a, b) => b.score - a.score);
  return found.filter((one, i) => !found.slice(0, i).some((surer) => isSame(one, surer)));
}

function isDoubtful({ score, box }: Detection): boolean {
  return score < DOUBTFUL.score && longer(box) < DOUBTFUL.side;
}

function longer({ width, height }: { readonly width: number; readonly height: number }): number {
  return Math.max(width, height);
}

/** Squares of what the detector sees, evenly over a picture, each with a part of its neighbours. */
function tilesOf({ width, height }: Picture): Region[] {
  const [across, down] = [startsOf(width), startsOf(height)];
  const size = { width: Math.min(width, DETECTOR_SIDE), height: Math.min(height, DETECTOR_SIDE) };
  return down.flatMap((top) => across.map((left) => ({ left, top, ...size })));
}

function startsOf(side: number): number[] {
  const rest = side - DETECTOR_SIDE;
  if (rest <= 0) return [0];
  const steps = Math.ceil(rest / (DETECTOR_SIDE - OVERLAP));
  return Array.from({ length: steps + 1 }, (_, k) => Math.round((k * rest) / steps));
}

function cut({ width, data }: Picture, { left, top, ...size }: Region): Picture {
  const result = new Uint8Array(size.width * size.height * CHANNELS);
  const row = size.width * CHANNELS;
  for (let y = 0; y < size.height; y++) {
    const from = ((top + y) * width + left) * CHANNELS;
    result.set(data.subarray(from, from + row), y * row);
  }
  return { ...size, data: result };
}

/** Where a detection in a part of a picture is in the whole, enlarged. */
function moved(
  { score, box }: Detection,
  { left, top }: Pick<Region, 'left' | 'top'>,
  scale: number,
): Detection {
  const { x, y, width, height } = box;
  return {
    score,
    box: { x: (left + x) * scale, y: (top + y) * scale, width: width * scale, height: height * scale },
  };
}

function isSame({ box: a }: Detection, { box: b }: Detection): boolean {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return across > 0 && down > 0 && across * down > SAME * Math.min(a.width * a.height, b.width * b.height);
}
