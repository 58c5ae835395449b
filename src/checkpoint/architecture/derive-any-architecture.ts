import type {
  AnyArchitecture,
  DiscriminatorArchitecture,
  LucidrainsArchitecture,
  StyleGan3Architecture,
} from './architecture.js';
import { deriveArchitecture } from './derive-architecture.js';
import { derivePggan, deriveStyleGan1 } from './derive-older.js';
import { ExtentReader } from './extent-reader.js';
import type { ArchitectureHints, Shapes } from './hints.js';

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
  if (has(/^synthesis\.b\d/)) return deriveArchitecture(reader);
  if (has(/^b\d+\.(fromrgb|fc|out)\./)) return discriminator('stylegan2', reader);
  if (has(/(^|\/)\d+x\d+\/FromRGB_lod/)) return discriminator('stylegan1', reader);
  if (has(/^synthesis\/\d+x\d+\/.*StyleMod\//)) return deriveStyleGan1(reader);
  if (has(/^\d+x\d+\/ToRGB_lod/)) return derivePggan(reader, has(/\/Conv0_up\//));
  if (has(/^G\.blocks\.\d+\./)) return lucidrains(reader);
  if (has(/^D\.blocks\.\d+\./)) return lucidrainsDiscriminator(names);
  return deriveArchitecture(reader);
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
    resolution: reader.hints.resolution ?? reader.resolution(),
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
