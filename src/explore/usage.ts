import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { requireStyleGan2 } from '../checkpoint/checkpoint.js';
import type { Engine } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import { loadGenerator } from '../generator/load-generator.js';
import { noiseFeeds, ownNoise } from '../generator/noise-layers.js';
import { contributionsProgram } from '../generator/programs.js';
import { mapSeeds } from '../render/map-seeds.js';
import type { SeedOptions } from '../render/styles.js';

export interface UsageSettings extends SeedOptions {
  readonly seeds: readonly number[];
  readonly signal?: AbortSignal;
  /** Called with the number of seeds that are done. */
  readonly onSeed?: (done: number) => void;
}

/** How much a resolution adds to pictures. */
export interface ResolutionUsage {
  /** In pixels. */
  readonly resolution: number;
  /** Standard deviation of what its toRGB adds, in the units of the generator's picture, which is about -1..1. */
  readonly deviation: number;
  /** Of the sum of all resolutions' deviations, 0..1. */
  readonly share: number;
}

/**
 * How much each resolution's toRGB contributes to the picture (StyleGAN2 section 4.2, figure 8): the standard
 * deviation of its output over all pixels of all seeds, each channel around its own mean, before it is doubled to the
 * size of the picture.
 * @throws InputFileError `ARCHITECTURE_NOT_RENDERED` for all but StyleGAN2 with skip connections: others have one
 *   toRGB
 */
export async function resolutionUsage(
  checkpoint: Checkpoint,
  engine: Engine,
  options: UsageSettings,
): Promise<ResolutionUsage[]> {
  requireStyleGan2(checkpoint);
  const network = await loadGenerator(checkpoint);
  const styles = await mapSeeds(network, engine, options.seeds, options);
  const executable = await engine.compile(contributionsProgram(network));
  const noise = noiseFeeds(ownNoise(network));
  const spreads = new Map(network.blocks.map((r) => [r, new ChannelSpread()]));
  try {
    for (const [i, ws] of styles.entries()) {
      throwIfAborted(options.signal);
      const outputs = await executable.run({ ws, ...noise });
      for (const [r, spread] of spreads) spread.add(outputs[`rgb${r}`]!);
      options.onSeed?.(i + 1);
    }
  } finally {
    await executable.dispose();
  }
  const deviations = [...spreads].map(([resolution, spread]) => ({
    resolution,
    deviation: spread.deviation(),
  }));
  const total = deviations.reduce((sum, { deviation }) => sum + deviation, 0);
  return deviations.map((one) => ({ ...one, share: total === 0 ? 0 : one.deviation / total }));
}

/** Sums over the pixels of pictures [3, r, r]. */
class ChannelSpread {
  private pixels = 0;
  private readonly sums = [0, 0, 0];
  private readonly squares = [0, 0, 0];

  add(image: Float32Array): void {
    const pixels = image.length / 3;
    for (let channel = 0; channel < 3; channel++) {
      let [sum, square] = [0, 0];
      for (let i = channel * pixels; i < (channel + 1) * pixels; i++) {
        sum += image[i]!;
        square += image[i]! * image[i]!;
      }
      this.sums[channel]! += sum;
      this.squares[channel]! += square;
    }
    this.pixels += pixels;
  }

  deviation(): number {
    const variances = this.sums.map((sum, k) => this.squares[k]! / this.pixels - (sum / this.pixels) ** 2);
    return Math.sqrt(Math.max(0, variances.reduce((a, b) => a + b) / 3));
  }
}
