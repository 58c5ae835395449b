import { InputFileError } from '../../errors.js';
import { resolutionOf } from '../checkpoint.js';
import { MAX_RESOLUTION } from './architecture.js';
import type { ArchitectureHints, Shapes } from './hints.js';

/** The side of the first block of every generator, in pixels. */
const FIRST = 4;

/** Extents of the tensors of one network. */
export class ExtentReader {
  /** @param path names the file in messages */
  constructor(
    readonly tensors: Shapes,
    readonly hints: ArchitectureHints,
    readonly path: string,
  ) {}

  /** One extent of a tensor that has to have `rank` of them. */
  extent(name: string, dimension: number, rank: number): number {
    const shape = this.tensors.get(name)?.shape;
    if (shape === undefined) throw missing(this.path, name);
    const extent = shape[dimension];
    if (shape.length === rank && extent !== undefined && extent > 0) return extent;
    throw new InputFileError(
      'ARCHITECTURE_SHAPE',
      `${this.path}: ${name}: expected ${rank} positive extents, found shape [${shape}]`,
    );
  }

  /** The first extent of the only or of no tensor of a name. */
  optionalExtent(name: string, dimension: number): number {
    return this.tensors.get(name)?.shape[dimension] ?? 0;
  }

  /** How many of a numbered row of tensors there are. */
  count(name: (i: number) => string): number {
    let count = 0;
    while (this.tensors.has(name(count))) count++;
    return count;
  }

  /** The largest resolution of all names. */
  resolution(): number {
    let resolution = 0;
    for (const name of this.tensors.keys()) resolution = Math.max(resolution, resolutionOf(name) ?? 0);
    return requirePowerOfTwo(resolution, this.path);
  }

  /** Output channels of every resolution up to `resolution`. */
  channels(resolution: number, name: (r: number) => string): Map<number, number> {
    const channels = new Map<number, number>();
    for (let r = FIRST; r <= resolution; r *= 2) channels.set(r, this.extent(name(r), 0, 4));
    return channels;
  }
}

/** The error of a tensor that is not there. */
export function missing(path: string, name: string): InputFileError {
  return new InputFileError(
    'ARCHITECTURE_TENSOR_MISSING',
    `${path}: ${name}: expected this tensor, found none`,
  );
}

/** @throws InputFileError `ARCHITECTURE_UNSUPPORTED` */
export function requirePowerOfTwo(resolution: number, path: string, lowest = FIRST): number {
  const isPower = Number.isInteger(Math.log2(resolution));
  if (isPower && resolution >= lowest && resolution <= MAX_RESOLUTION) return resolution;
  throw new InputFileError(
    'ARCHITECTURE_UNSUPPORTED',
    `${path}: expected a resolution of ${lowest}, … ${MAX_RESOLUTION}, a power of two, found ${resolution}`,
  );
}
