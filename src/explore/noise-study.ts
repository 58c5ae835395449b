import { throwIfAborted, UsageError } from '../errors.js';
import type { NoiseMaps } from '../generator/noise-layers.js';
import type { Picture } from '../picture/picture.js';
import { toPicture } from '../picture/picture.js';
import type { Renderer } from '../render/renderer.js';
import type { SeedOptions } from '../render/styles.js';

export interface NoiseStudyOptions extends SeedOptions {
  /** Random noise is drawn this many times for the deviation, at least 2. */
  readonly draws: number;
  /** Seed of the draws. */
  readonly noiseSeed?: number;
  /** The last resolution that counts as coarse, in pixels. */
  readonly split: number;
  readonly signal?: AbortSignal;
  /** Called with the number of pictures that are done. */
  readonly onPicture?: (done: number) => void;
}

/** What noise does to a face (StyleGAN figures 4 and 5). */
export interface NoiseStudy {
  /** With the generator's own noise in all layers, none, up to `split` only, and above it only. */
  readonly all: Picture;
  readonly none: Picture;
  readonly coarse: Picture;
  readonly fine: Picture;
  /** Standard deviation of each pixel over the draws, mean of the channels, in levels of 0..255: [side, side]. */
  readonly deviation: Float32Array;
  /** Of all pixels. */
  readonly meanDeviation: number;
}

/** How many pictures the study of one face takes. */
export function picturesOfNoiseStudy(draws: number): number {
  return 4 + draws;
}

/**
 * Renders a seed's face with noise in some of the layers, and with noise drawn anew many times.
 * @throws UsageError `NOISE_MISSING` for a generator without noise; AbortedError
 */
export async function noiseStudy(
  renderer: Renderer,
  seed: number,
  options: NoiseStudyOptions,
): Promise<NoiseStudy> {
  const { draws, noiseSeed = 0, split, signal, onPicture } = options;
  const own = renderer.noise('const');
  requireNoise(own);
  const ws = await renderer.styles(seed, options);
  let done = 0;
  const render = async (noise: NoiseMaps) => {
    throwIfAborted(signal);
    const image = await renderer.image(ws, noise);
    onPicture?.(++done);
    return image;
  };
  const only = async (isWanted: (resolution: number) => boolean) =>
    toPicture(await render(keep(own, isWanted)));
  const pictures = {
    all: await only(() => true),
    none: await only(() => false),
    coarse: await only((r) => r <= split),
    fine: await only((r) => r > split),
  };
  const spread = new Spread();
  for (let i = 0; i < draws; i++) spread.add(await render(renderer.noise('random', noiseSeed + i)));
  const deviation = spread.deviation();
  return {
    ...pictures,
    deviation,
    meanDeviation: deviation.reduce((sum, d) => sum + d, 0) / deviation.length,
  };
}

/** @throws UsageError `NOISE_MISSING` */
export function requireNoise(noise: { readonly size: number }): void {
  if (noise.size > 0) return;
  throw new UsageError(
    'NOISE_MISSING',
    'noise: expected a StyleGAN or StyleGAN2 generator, found a PGGAN, which has none',
  );
}

/** A deviation map as a picture in grey: black is 0, white is `white` levels and more. */
export function deviationPicture(deviation: Float32Array, white: number): Picture {
  const side = Math.sqrt(deviation.length);
  const data = new Uint8Array(3 * deviation.length);
  for (const [i, value] of deviation.entries())
    data.fill(Math.min(255, (255 * value) / white), 3 * i, 3 * i + 3);
  return { width: side, height: side, data };
}

/** Zeros in the layers that are not wanted. */
function keep(noise: NoiseMaps, isWanted: (resolution: number) => boolean): NoiseMaps {
  return new Map(
    [...noise].map(([layer, map]) => [
      layer,
      isWanted(Math.sqrt(map.length)) ? map : new Float32Array(map.length),
    ]),
  );
}

/** Mean and variance of images, one after the other (Welford 1962). */
class Spread {
  private count = 0;
  private mean = new Float64Array(0);
  private squares = new Float64Array(0);

  add(image: Float32Array): void {
    if (this.count === 0)
      [this.mean, this.squares] = [new Float64Array(image.length), new Float64Array(image.length)];
    this.count++;
    for (const [i, value] of image.entries()) {
      const off = value - this.mean[i]!;
      this.mean[i]! += off / this.count;
      this.squares[i]! += off * (value - this.mean[i]!);
    }
  }

  /** In levels, of each pixel: the root of the channels' mean variance. */
  deviation(): Float32Array {
    const pixels = this.squares.length / 3;
    return Float32Array.from({ length: pixels }, (_, i) => {
      const sum = this.squares[i]! + this.squares[i + pixels]! + this.squares[i + 2 * pixels]!;
      return 127.5 * Math.sqrt(sum / 3 / Math.max(1, this.count - 1));
    });
  }
}
