import { InputFileError } from '../errors.js';
import {
  type AnyArchitecture,
  type DiscriminatorArchitecture,
  type LucidrainsArchitecture,
  MAX_RESOLUTION,
  type PgganArchitecture,
  type StyleGan1Architecture,
  type StyleGan3Architecture,
} from './architecture.js';
import { resolutionOf } from './checkpoint.js';
import { type ArchitectureHints, deriveArchitecture, type Shapes } from './derive-architecture.js';

/**
 * Finds out what network tensors make, from their names, and measures it. StyleGAN2 generators are checked to the
 * last extent, because they are rendered; of the others only what the description of them needs is looked at.
 *
 * @param path names the file in messages
 * @throws InputFileError as `deriveArchitecture`
 */
export function deriveAnyArchitecture(
  tensors: Shapes,
  hints: ArchitectureHints,
  path: string,
): AnyArchitecture {
  const names = [...tensors.keys()];
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const reader = new ExtentReader(tensors, hints, path);
  if (has(/^synthesis\.(L\d+_|input\.)/)) return styleGan3(reader, names);
  if (has(/^synthesis\.b\d/)) return deriveArchitecture(tensors, hints, path);
  if (has(/^b\d+\.(fromrgb|fc|out)\./)) return discriminator('stylegan2', reader);
  if (has(/(^|\/)\d+x\d+\/FromRGB_lod/)) return discriminator('stylegan1', reader);
  if (has(/^synthesis\/\d+x\d+\/.*StyleMod\//)) return styleGan1(reader);
  if (has(/^\d+x\d+\/ToRGB_lod/)) return pggan(reader, has(/\/Conv0_up\//));
  if (has(/^G\.blocks\.\d+\./)) return lucidrains(reader);
  if (has(/^D\.blocks\.\d+\./)) return lucidrainsDiscriminator(names);
  return deriveArchitecture(tensors, hints, path);
}

class ExtentReader {
  private readonly tensors: Shapes;
  private readonly hints: ArchitectureHints;
  private readonly path: string;

  constructor(tensors: Shapes, hints: ArchitectureHints, path: string) {
    this.tensors = tensors;
    this.hints = hints;
    this.path = path;
  }

  get fusedFrom(): number | null | undefined {
    return this.hints.fusedFrom;
  }

  get hintedResolution(): number | undefined {
    return this.hints.resolution;
  }

  /** One extent of a tensor that has to have `rank` of them. */
  extent(name: string, dimension: number, rank: number): number {
    const shape = this.tensors.get(name)?.shape;
    if (shape === undefined) {
      throw new InputFileError(
        'ARCHITECTURE_TENSOR_MISSING',
        `${this.path}: ${name}: expected this tensor, found none`,
      );
    }
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
    if (resolution >= 4 && resolution <= MAX_RESOLUTION && Number.isInteger(Math.log2(resolution))) {
      return resolution;
    }
    throw new InputFileError(
      'ARCHITECTURE_UNSUPPORTED',
      `${this.path}: expected a resolution of 4, … ${MAX_RESOLUTION}, a power of two, found ${resolution}`,
    );
  }

  /** Output channels of every resolution up to `resolution`. */
  channels(resolution: number, name: (r: number) => string): Map<number, number> {
    const channels = new Map<number, number>();
    for (let r = 4; r <= resolution; r *= 2) channels.set(r, this.extent(name(r), 0, 4));
    return channels;
  }
}

/** Resolution from which StyleGAN's `fused_scale='auto'` fuses doubling and convolution. */
const FUSED_FROM = 128;

function styleGan1(reader: ExtentReader): StyleGan1Architecture {
  const resolution = reader.resolution();
  const mappingLayers = reader.count((i) => `mapping/Dense${i}/weight`);
  return {
    family: 'stylegan1',
    resolution,
    zDim:
      reader.extent('mapping/Dense0/weight', 1, 2) /
      (reader.optionalExtent('mapping/LabelConcat/weight', 0) > 0 ? 2 : 1),
    wDim: reader.extent(`mapping/Dense${Math.max(mappingLayers - 1, 0)}/weight`, 0, 2),
    classes: reader.optionalExtent('mapping/LabelConcat/weight', 0),
    mappingLayers,
    channels: reader.channels(resolution, (r) => `synthesis/${r}x${r}/Conv${r === 4 ? '' : '1'}/weight`),
    fusedFrom: reader.fusedFrom === undefined ? FUSED_FROM : reader.fusedFrom,
  };
}

function pggan(reader: ExtentReader, fused: boolean): PgganArchitecture {
  const resolution = reader.resolution();
  return {
    family: 'pggan',
    resolution,
    zDim: reader.extent('4x4/Dense/weight', 1, 2),
    classes: 0,
    channels: reader.channels(resolution, (r) => `${r}x${r}/Conv${r === 4 ? '' : '1'}/weight`),
    fused,
  };
}

function styleGan3(reader: ExtentReader, names: readonly string[]): StyleGan3Architecture {
  const layers = names.flatMap((name) => {
    const match = /^synthesis\.(L(\d+)_(\d+)_\d+)\.weight$/.exec(name);
    if (!match) return [];
    return [
      { name: match[1]!, index: Number(match[2]), size: Number(match[3]), kernel: reader.extent(name, 2, 4) },
    ];
  });
  layers.sort((a, b) => a.index - b.index);
  const mappingLayers = reader.count((i) => `mapping.fc${i}.weight`);
  const wDim = reader.extent(`mapping.fc${Math.max(mappingLayers - 1, 0)}.weight`, 0, 2);
  const embedDim = reader.optionalExtent('mapping.embed.weight', 0);
  return {
    family: 'stylegan3',
    resolution: reader.hintedResolution ?? reader.resolution(),
    zDim: reader.extent('mapping.fc0.weight', 1, 2) - embedDim,
    wDim,
    classes: reader.optionalExtent('mapping.embed.weight', 1),
    mappingLayers,
    layers: layers.map(({ name, size, kernel }) => ({ name, size, kernel })),
  };
}

function lucidrains(reader: ExtentReader): LucidrainsArchitecture {
  const resolution = reader.resolution();
  // The layers of the mapping network stand between activations, which have no weights: 0, 2, 4, …
  const mappingLayers = reader.count((i) => `S.net.${2 * i}.weight`);
  return {
    family: 'lucidrains',
    resolution,
    zDim: reader.extent('S.net.0.weight', 1, 2),
    wDim: reader.extent(`S.net.${2 * Math.max(mappingLayers - 1, 0)}.weight`, 0, 2),
    classes: 0,
    mappingLayers,
    channels: reader.channels(resolution, (r) => `G.blocks.${Math.log2(r) - 2}.conv2.weight`),
  };
}

function discriminator(of: 'stylegan2' | 'stylegan1', reader: ExtentReader): DiscriminatorArchitecture {
  return {
    family: 'discriminator',
    of,
    resolution: reader.resolution(),
    classes: reader.optionalExtent('mapping.embed.weight', 1),
  };
}

function lucidrainsDiscriminator(names: readonly string[]): DiscriminatorArchitecture {
  const blocks = new Set(names.map((name) => /^D\.blocks\.(\d+)\./.exec(name)?.[1])).size;
  return { family: 'discriminator', of: 'lucidrains', resolution: 2 ** Math.min(blocks, 12), classes: 0 };
}
