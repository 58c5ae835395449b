import { InputFileError } from '../../errors.js';
import { resolutionOf } from '../checkpoint.js';
import {
  type AnyArchitecture,
  type DiscriminatorArchitecture,
  type LucidrainsArchitecture,
  MAX_RESOLUTION,
  type StyleGan3Architecture,
} from './architecture.js';
import { type ArchitectureHints, deriveArchitecture, type Shapes } from './derive-architecture.js';
import { derivePggan, deriveStyleGan1 } from './derive-older.js';

/**
 * Finds out what network tensors make, from their names, and measures it. Generators that are rendered are checked to
 * the last extent; of the others only what the description of them needs is looked at.
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
  if (has(/^synthesis\/\d+x\d+\/.*StyleMod\//)) return deriveStyleGan1(reader);
  if (has(/^\d+x\d+\/ToRGB_lod/)) return derivePggan(reader, has(/\/Conv0_up\//));
  if (has(/^G\.blocks\.\d+\./)) return lucidrains(reader);
  if (has(/^D\.blocks\.\d+\./)) return lucidrainsDiscriminator(names);
  return deriveArchitecture(tensors, hints, path);
}

/** Extents of the tensors of one network. */
export class ExtentReader {
  readonly tensors: Shapes;
  readonly hints: ArchitectureHints;
  readonly path: string;

  constructor(tensors: Shapes, hints: ArchitectureHints, path: string) {
    this.tensors = tensors;
    this.hints = hints;
    this.path = path;
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
