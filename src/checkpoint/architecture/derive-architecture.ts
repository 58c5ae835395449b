import { InputFileError } from '../../errors.js';
import { resolutionOf } from '../checkpoint.js';
import {
  type Architecture,
  DEFAULT_MAPPING_LR_MULTIPLIER,
  MAX_RESOLUTION,
  MIN_RESOLUTION,
  resolutionsOf,
} from './architecture.js';
import { expectedTensors } from './expected-tensors.js';

/**
 * What a file says about its generator beside the tensors. Numbers that follow from the shapes as well are checked
 * against them; a file without init arguments has none of these.
 */
export interface ArchitectureHints {
  readonly variant?: Architecture['variant'];
  readonly resolution?: number;
  readonly zDim?: number;
  readonly wDim?: number;
  readonly classes?: number;
  readonly mappingLayers?: number;
  readonly mappingLrMultiplier?: number;
  readonly convClamp?: number | null;
  /** StyleGAN: see `StyleGan1Architecture`. */
  readonly fusedFrom?: number | null;
  /** StyleGAN: width of the mapping network's hidden layers. */
  readonly mappingWidth?: number;
  /** PGGAN: see `PgganArchitecture`. */
  readonly fused?: boolean;
  /** StyleGAN, PGGAN: how far the network is from its full resolution, in halvings. */
  readonly lod?: number;
  /** StyleGAN, PGGAN: a statement of the file with which the network computes something unknown. */
  readonly problem?: string;
}

export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/**
 * Finds the architecture from the shapes of canonically named tensors, and checks that every tensor of it is there
 * with exactly the shape that it has to have. Tensors outside of `mapping.` and `synthesis.` do not matter.
 *
 * @param path names the file in messages
 * @throws InputFileError `ARCHITECTURE_UNKNOWN` (no StyleGAN2 generator), `ARCHITECTURE_UNSUPPORTED`,
 *   `ARCHITECTURE_TENSOR_MISSING`, `ARCHITECTURE_TENSOR_UNEXPECTED`, `ARCHITECTURE_SHAPE`,
 *   `ARCHITECTURE_CONTRADICTION` (the file says something else than its shapes)
 */
export function deriveArchitecture(tensors: Shapes, hints: ArchitectureHints, path: string): Architecture {
  const architecture = measure(new ShapeReader(tensors, path), hints, path);
  checkTensors(tensors, architecture, path);
  checkHints(architecture, hints, path);
  return architecture;
}

/** Whether two shapes of a tensor mean the same: a noise strength is stored as `[]` or as `[1]`. */
export function sameShape(name: string, found: readonly number[], expected: readonly number[]): boolean {
  if (found.length === expected.length) return found.every((extent, i) => extent === expected[i]);
  return name.endsWith('.noise_strength') && found.length === 1 && found[0] === 1;
}

/**
 * Whether a generator can do without a tensor: rosinality's files may lack `latent_avg` and the noise buffers. Only
 * truncation needs the one, only pictures with fixed noise need the others.
 */
export function isOptional(name: string): boolean {
  return name === 'mapping.w_avg' || name.endsWith('.noise_const');
}

/** Takes every number from one tensor's shape; whether the other tensors agree is checked afterwards. */
function measure(shapes: ShapeReader, hints: ArchitectureHints, path: string): Architecture {
  const resolution = shapes.resolution();
  const channels = new Map<number, number>();
  for (const r of resolutionsOf({ resolution })) {
    channels.set(r, shapes.extent(`synthesis.b${r}.conv1.weight`, 0, 4));
  }
  const mappingLayers = shapes.mappingLayers();
  const wDim = shapes.extent(`mapping.fc${mappingLayers - 1}.weight`, 0, 2);
  const mappingWidth = mappingLayers > 1 ? shapes.extent('mapping.fc0.weight', 0, 2) : wDim;
  const conditional = shapes.has('mapping.embed.weight');
  const classes = conditional ? shapes.extent('mapping.embed.weight', 1, 2) : 0;
  const embedDim = conditional ? shapes.extent('mapping.embed.weight', 0, 2) : 0;
  const zDim = shapes.extent('mapping.fc0.weight', 1, 2) - embedDim;
  if (zDim < 1) {
    throw new InputFileError(
      'ARCHITECTURE_SHAPE',
      `${path}: mapping.fc0.weight: expected more inputs than the ${embedDim} of the class embedding, found ` +
        `${zDim + embedDim}`,
    );
  }
  return {
    family: 'stylegan2',
    variant: shapes.variant(resolution),
    resolution,
    zDim,
    wDim,
    classes,
    mappingLayers,
    ...(mappingWidth === wDim ? {} : { mappingWidth }),
    ...(embedDim === wDim || !conditional ? {} : { embedDim }),
    mappingLrMultiplier: hints.mappingLrMultiplier ?? DEFAULT_MAPPING_LR_MULTIPLIER,
    channels,
    convClamp: hints.convClamp ?? null,
  };
}

class ShapeReader {
  private readonly tensors: Shapes;
  private readonly path: string;

  constructor(tensors: Shapes, path: string) {
    this.tensors = tensors;
    this.path = path;
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** One positive extent of a tensor that has to have `rank` of them. */
  extent(name: string, dimension: number, rank: number): number {
    const shape = this.tensors.get(name)?.shape;
    if (shape === undefined) throw missing(this.path, name);
    const extent = shape[dimension];
    if (shape.length !== rank || extent === undefined || extent < 1) {
      throw new InputFileError(
        'ARCHITECTURE_SHAPE',
        `${this.path}: ${name}: expected ${rank} positive extents, found shape [${shape}]`,
      );
    }
    return extent;
  }

  resolution(): number {
    let resolution = 0;
    for (const name of this.tensors.keys()) {
      if (name.startsWith('synthesis.b')) resolution = Math.max(resolution, resolutionOf(name) ?? 0);
    }
    if (resolution === 0) {
      throw new InputFileError(
        'ARCHITECTURE_UNKNOWN',
        `${this.path}: expected the tensors of a StyleGAN2 generator (synthesis.b4.const, …), found none`,
        { hint: 'names have to be those of stylegan2-ada-pytorch' },
      );
    }
    const powerOfTwo = Number.isInteger(Math.log2(resolution));
    if (!powerOfTwo || resolution < MIN_RESOLUTION || resolution > MAX_RESOLUTION) {
      throw new InputFileError(
        'ARCHITECTURE_UNSUPPORTED',
        `${this.path}: expected a resolution of ${MIN_RESOLUTION}, … ${MAX_RESOLUTION}, a power of two, found ` +
          `${resolution}`,
      );
    }
    return resolution;
  }

  mappingLayers(): number {
    let count = 0;
    while (this.has(`mapping.fc${count}.weight`)) count++;
    if (count === 0) throw missing(this.path, 'mapping.fc0.weight');
    return count;
  }

  /** `resnet` has convolutions beside the blocks; `orig` and `resnet` make a picture in the last block only. */
  variant(resolution: number): Architecture['variant'] {
    if (this.has(`synthesis.b${resolution}.skip.weight`)) return 'resnet';
    return this.has('synthesis.b4.torgb.weight') ? 'skip' : 'orig';
  }
}

function checkTensors(tensors: Shapes, architecture: Architecture, path: string): void {
  const expected = expectedTensors(architecture);
  for (const [name, shape] of expected) {
    const found = tensors.get(name)?.shape;
    if (found === undefined && isOptional(name)) continue;
    if (found === undefined) throw missing(path, name);
    if (sameShape(name, found, shape)) continue;
    if (/\.torgb\.(weight|bias)$/.test(name) && found[0] !== 3) {
      throw new InputFileError(
        'ARCHITECTURE_UNSUPPORTED',
        `${path}: ${name}: expected 3 colour channels, found shape [${found}]`,
      );
    }
    throw new InputFileError(
      'ARCHITECTURE_SHAPE',
      `${path}: ${name}: expected shape [${shape}], found [${found}]`,
    );
  }
  for (const name of tensors.keys()) {
    if (/^(mapping|synthesis)\./.test(name) && !expected.has(name)) {
      throw new InputFileError(
        'ARCHITECTURE_TENSOR_UNEXPECTED',
        `${path}: ${name}: expected only the tensors of a ${architecture.variant} StyleGAN2 generator, found this one`,
      );
    }
  }
}

function checkHints(architecture: Architecture, hints: ArchitectureHints, path: string): void {
  for (const key of ['variant', 'resolution', 'zDim', 'wDim', 'classes', 'mappingLayers'] as const) {
    const said = hints[key];
    if (said !== undefined && said !== architecture[key]) {
      throw new InputFileError(
        'ARCHITECTURE_CONTRADICTION',
        `${path}: ${key}: expected ${architecture[key]} from the tensors' shapes, found ${said} in the file's settings`,
      );
    }
  }
  const { convClamp, mappingLrMultiplier } = architecture;
  if (convClamp !== null && !(Number.isFinite(convClamp) && convClamp >= 0)) {
    throw new InputFileError(
      'ARCHITECTURE_UNSUPPORTED',
      `${path}: convClamp: expected a number from 0, found ${convClamp}`,
    );
  }
  if (!(Number.isFinite(mappingLrMultiplier) && mappingLrMultiplier > 0)) {
    throw new InputFileError(
      'ARCHITECTURE_UNSUPPORTED',
      `${path}: mappingLrMultiplier: expected a number above 0, found ${mappingLrMultiplier}`,
    );
  }
}

function missing(path: string, name: string): InputFileError {
  return new InputFileError(
    'ARCHITECTURE_TENSOR_MISSING',
    `${path}: ${name}: expected this tensor, found none`,
  );
}
