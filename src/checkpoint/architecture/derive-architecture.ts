import { InputFileError } from '../../errors.js';
import { definedOf } from '../../json/defined.js';
import { resolutionOf } from '../checkpoint.js';
import { type Architecture, DEFAULT_MAPPING_LR_MULTIPLIER, MIN_RESOLUTION } from './architecture.js';
import { expectedTensors } from './expected-tensors.js';
import { type ExtentReader, missing, requirePowerOfTwo } from './extent-reader.js';
import type { ArchitectureHints, Shapes } from './hints.js';

/**
 * Finds the architecture from the shapes of canonically named tensors, and checks that every tensor of it is there
 * with exactly the shape that it has to have. Tensors outside of `mapping.` and `synthesis.` do not matter.
 *
 * @throws InputFileError `ARCHITECTURE_UNKNOWN` (no StyleGAN2 generator), `ARCHITECTURE_UNSUPPORTED`,
 *   `ARCHITECTURE_TENSOR_MISSING`, `ARCHITECTURE_TENSOR_UNEXPECTED`, `ARCHITECTURE_SHAPE`,
 *   `ARCHITECTURE_CONTRADICTION` (the file says something else than its shapes)
 */
export function deriveArchitecture(reader: ExtentReader): Architecture {
  const { tensors, hints, path } = reader;
  const architecture = measure(reader);
  checkTensors(tensors, architecture, path);
  checkHints(architecture, hints, path);
  return architecture;
}

/** Whether two shapes of a tensor mean the same: a noise strength is stored as `[]` or as `[1]`. */
function sameShape(name: string, found: readonly number[], expected: readonly number[]): boolean {
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
function measure(reader: ExtentReader): Architecture {
  const { hints, path, tensors } = reader;
  const side = resolution(reader);
  const mappingLayers = reader.count((i) => `mapping.fc${i}.weight`);
  if (mappingLayers === 0) throw missing(path, 'mapping.fc0.weight');
  const wDim = reader.extent(`mapping.fc${mappingLayers - 1}.weight`, 0, 2);
  const mappingWidth = mappingLayers > 1 ? reader.extent('mapping.fc0.weight', 0, 2) : wDim;
  const conditional = tensors.has('mapping.embed.weight');
  const classes = conditional ? reader.extent('mapping.embed.weight', 1, 2) : 0;
  const embedDim = conditional ? reader.extent('mapping.embed.weight', 0, 2) : 0;
  const zDim = reader.extent('mapping.fc0.weight', 1, 2) - embedDim;
  if (zDim < 1) {
    throw new InputFileError(
      'ARCHITECTURE_SHAPE',
      `${path}: mapping.fc0.weight: expected more inputs than the ${embedDim} of the class embedding, found ` +
        `${zDim + embedDim}`,
    );
  }
  return {
    family: 'stylegan2',
    variant: variant(reader, side),
    resolution: side,
    zDim,
    wDim,
    classes,
    mappingLayers,
    ...definedOf({
      mappingWidth: mappingWidth === wDim ? undefined : mappingWidth,
      embedDim: embedDim === wDim || !conditional ? undefined : embedDim,
    }),
    mappingLrMultiplier: hints.mappingLrMultiplier ?? DEFAULT_MAPPING_LR_MULTIPLIER,
    channels: reader.channels(side, (r) => `synthesis.b${r}.conv1.weight`),
    convClamp: hints.convClamp ?? null,
  };
}

/** The largest resolution that a tensor of the synthesis network has in its name. */
function resolution({ tensors, path }: ExtentReader): number {
  const names = [...tensors.keys()].filter((name) => name.startsWith('synthesis.b'));
  const largest = Math.max(0, ...names.map((name) => resolutionOf(name) ?? 0));
  if (largest > 0) return requirePowerOfTwo(largest, path, MIN_RESOLUTION);
  throw new InputFileError(
    'ARCHITECTURE_UNKNOWN',
    `${path}: expected the tensors of a StyleGAN2 generator (synthesis.b4.const, …), found none`,
    { hint: 'names have to be those of stylegan2-ada-pytorch' },
  );
}

/** `resnet` has convolutions beside the blocks; `orig` and `resnet` make a picture in the last block only. */
function variant({ tensors }: ExtentReader, resolution: number): Architecture['variant'] {
  if (tensors.has(`synthesis.b${resolution}.skip.weight`)) return 'resnet';
  return tensors.has('synthesis.b4.torgb.weight') ? 'skip' : 'orig';
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
