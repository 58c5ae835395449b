import { throwIfAborted, UsageError } from '../errors.js';
import type { NoiseMaps } from '../generator/noise-layers.js';
import { RandomState } from '../generator/random-state.js';
import type { Picture } from '../picture/picture.js';
import type { Renderer } from '../render/renderer.js';
import type { SeedOptions } from '../render/styles.js';
import { truncated } from '../render/styles.js';

/**
 * How a walk gets from face to face:
 * - `linear`: straight lines in W (in Z for a PGGAN);
 * - `spherical`: in Z, along the great circle between two z, as all z lie close to one sphere;
 * - `circular`: in Z, once around cos θ · z_0 + sin θ · z_1, which two seeds span.
 */
export const PATHS = ['linear', 'spherical', 'circular'] as const;
export type Path = (typeof PATHS)[number];

/** `looping` noise moves through cos θ · n_0 + sin θ · n_1, unit normals at every moment, and ends where it began. */
export const WALK_NOISE = ['const', 'random', 'looping', 'none'] as const;
export type WalkNoise = (typeof WALK_NOISE)[number];

export interface WalkSettings extends SeedOptions {
  /** The faces that the walk passes; at least two, exactly two for a circle. */
  readonly seeds: readonly number[];
  /** How many frames, from 2. */
  readonly frames: number;
  readonly path?: Path;
  /** Whether it goes back to the first seed at the end, without showing that twice; a circle always does. */
  readonly closed?: boolean;
  /** Slow down at every seed instead of passing at full speed. */
  readonly ease?: boolean;
  readonly noise?: WalkNoise;
  /** Seed of `random` and `looping` noise. */
  readonly noiseSeed?: number;
  readonly signal?: AbortSignal;
}

/**
 * The frames of a walk through the latent space of a generator.
 * @throws UsageError `WALK_SEEDS`, `FRAMES_OUT_OF_RANGE`, and as `Renderer.styles`; AbortedError
 */
export async function* walk(renderer: Renderer, options: WalkSettings): AsyncGenerator<Picture> {
  checkWalk(options);
  const { frames, classIndex, signal } = options;
  const latentAt = await latentPath(renderer, options);
  const noiseAt = noisePath(renderer, options);
  const closed = isClosed(options);
  for (let i = 0; i < frames; i++) {
    throwIfAborted(signal);
    const moment = i / (closed ? frames : frames - 1);
    const w = await latentAt(moment, classIndex);
    const ws = truncated(w, renderer.wAvg, renderer.architecture, options);
    yield await renderer.picture(ws, noiseAt(moment));
  }
}

/** Checks what can be checked before a model is opened. @throws UsageError as {@link walk} */
export function checkWalk({ seeds, path = 'linear', frames }: WalkSettings): void {
  if (path === 'circular' ? seeds.length !== 2 : seeds.length < 2) {
    const expected = path === 'circular' ? 'two seeds, which span the circle' : 'at least two seeds';
    throw new UsageError('WALK_SEEDS', `\`seeds\`: expected ${expected}, found ${seeds.length}`);
  }
  if (!(Number.isInteger(frames) && frames >= 2)) {
    throw new UsageError(
      'FRAMES_OUT_OF_RANGE',
      `\`frames\`: expected a whole number from 2, found ${frames}`,
    );
  }
}

/** A walk's w (z for a PGGAN) at a moment 0..1, [dim]. */
type LatentPath = (moment: number, classIndex: number | undefined) => Promise<Float32Array>;

async function latentPath(renderer: Renderer, options: WalkSettings): Promise<LatentPath> {
  const { seeds, path = 'linear', classIndex } = options;
  if (path === 'linear') {
    const stops: Float32Array[] = [];
    for (const seed of seeds) stops.push(await renderer.w(seed, classIndex));
    return async (moment) => between(stops, moment, options, mixture);
  }
  const stops = seeds.map((seed) =>
    Float32Array.from(new RandomState(seed).randn(renderer.architecture.zDim)),
  );
  if (path === 'spherical') {
    return (moment, label) => renderer.map(between(stops, moment, options, onSphere), label);
  }
  const [a, b] = stops as [Float32Array, Float32Array];
  return (moment, label) => renderer.map(around(a, b, moment), label);
}

type Interpolation = (a: Float32Array, b: Float32Array, t: number) => Float32Array;

/** The point of a way through `stops` at a moment 0..1. */
function between(
  stops: readonly Float32Array[],
  moment: number,
  options: WalkSettings,
  interpolate: Interpolation,
): Float32Array {
  const legs = isClosed(options) ? stops.length : stops.length - 1;
  const leg = Math.min(Math.floor(moment * legs), legs - 1);
  const t = moment * legs - leg;
  const eased = options.ease === true ? t * t * (3 - 2 * t) : t;
  return interpolate(stops[leg]!, stops[(leg + 1) % stops.length]!, eased);
}

function mixture(a: Float32Array, b: Float32Array, t: number): Float32Array {
  return a.map((value, i) => value + t * (b[i]! - value));
}

/** Along the great circle; the length goes evenly from one to the other. */
function onSphere(a: Float32Array, b: Float32Array, t: number): Float32Array {
  const [lengthA, lengthB] = [lengthOf(a), lengthOf(b)];
  const cosine = a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (lengthA * lengthB);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (Math.sin(angle) < 1e-6) return mixture(a, b, t);
  const length = lengthA + t * (lengthB - lengthA);
  const ofA = (Math.sin((1 - t) * angle) / Math.sin(angle)) * (length / lengthA);
  const ofB = (Math.sin(t * angle) / Math.sin(angle)) * (length / lengthB);
  return a.map((value, i) => ofA * value + ofB * b[i]!);
}

function lengthOf(a: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
}

/** cos θ · a + sin θ · b at the moment 0..1 of one turn. Of two unit normals at right angles that is one as well. */
function around(a: Float32Array, b: Float32Array, moment: number): Float32Array {
  const [cosine, sine] = [Math.cos(2 * Math.PI * moment), Math.sin(2 * Math.PI * moment)];
  return a.map((value, i) => cosine * value + sine * b[i]!);
}

function noisePath(
  renderer: Renderer,
  { noise = 'const', noiseSeed = 0 }: WalkSettings,
): (moment: number) => NoiseMaps {
  if (noise !== 'looping') {
    const maps = renderer.noise(noise, noiseSeed);
    return () => maps;
  }
  const [first, second] = [renderer.noise('random', noiseSeed), renderer.noise('random', noiseSeed + 1)];
  return (moment) =>
    new Map([...first].map(([layer, map]) => [layer, around(map, second.get(layer)!, moment)]));
}

function isClosed({ path, closed = true }: WalkSettings): boolean {
  return path === 'circular' || closed;
}
