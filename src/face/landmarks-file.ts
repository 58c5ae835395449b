import { InputFileError } from '../errors.js';
import { openForReading } from '../files/random-access.js';
import { LANDMARK_COUNT, type Landmarks } from './landmarks.js';
import { MAX_ALIGNED_SIZE, MAX_TRANSFORM_SIZE, MIN_ALIGNED_SIZE } from './limits.js';
import { requireFace } from './quad.js';

/** What a landmarks file says. */
export interface LandmarksFile extends Landmarks {
  /** Side of the aligned picture in pixels, where the file says so. */
  readonly size?: number;
  /** Side before it is reduced to `size`. */
  readonly transformSize?: number;
}

/** 68 pairs with every digit of a double are 3 kB; larger files are something else. */
const MAX_BYTES = 1 << 20;

/** Coordinates beyond any photo. */
const MAX_COORDINATE = 1e6;

/**
 * Reads `{ "landmarks": [[x, y], ... 68 of them], "output_size": 1024, "transform_size": 4096 }`; the sizes may be
 * left out. The points are those of the upright photo.
 *
 * @throws InputFileError `LANDMARKS_MALFORMED`, `LANDMARKS_DEGENERATE`, or as `openForReading`
 */
export async function readLandmarks(path: string): Promise<LandmarksFile> {
  const {
    landmarks: points,
    output_size: size,
    transform_size: transformSize,
  } = await checked(path, parse(path, await readText(path)));
  if (size !== undefined && transformSize !== undefined && transformSize < size) {
    throw malformed(path, `transform_size: expected at least output_size, ${size}, found ${transformSize}`);
  }
  requireFace({ points }, path);
  return { points, size, transformSize };
}

async function readText(path: string): Promise<string> {
  await using file = await openForReading(path);
  if (file.size > MAX_BYTES) throw malformed(path, `expected at most ${MAX_BYTES} bytes, found ${file.size}`);
  return new TextDecoder().decode(await file.read(0, file.size));
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(path, 'expected JSON, found something else');
  }
}

async function checked(path: string, value: unknown) {
  const { z } = await import('zod');
  const coordinate = z
    .number('expected a finite number')
    .min(-MAX_COORDINATE, `expected a coordinate from -${MAX_COORDINATE}`)
    .max(MAX_COORDINATE, `expected a coordinate up to ${MAX_COORDINATE}`);
  const side = (max: number) => z.int().min(MIN_ALIGNED_SIZE).max(max).optional();
  const schema = z.strictObject({
    landmarks: z.array(z.tuple([coordinate, coordinate])).refine(({ length }) => length === LANDMARK_COUNT, {
      error: ({ input }) => `expected ${LANDMARK_COUNT} points, found ${(input as unknown[]).length}`,
    }),
    output_size: side(MAX_ALIGNED_SIZE),
    transform_size: side(MAX_TRANSFORM_SIZE),
  });
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue!.path.length === 0 ? '' : `${issue!.path.join('.')}: `;
  throw malformed(path, `${where}${issue!.message.replace(/^Invalid input: /, '')}`);
}

function malformed(path: string, what: string): InputFileError {
  return new InputFileError('LANDMARKS_MALFORMED', `${path}: ${what}`, {
    hint: 'a landmarks file is { "landmarks": 68 pairs [x, y], "output_size": 1024, "transform_size": 4096 }',
  });
}
