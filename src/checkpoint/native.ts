import { InputFileError } from '../errors.js';
import type { Architecture } from './architecture.js';
import type { ArchitectureHints } from './derive-architecture.js';
import type { FileContent, StoredTensor } from './file-checkpoint.js';
import type { SafetensorsFile } from './safetensors-read.js';

/**
 * The native form: safetensors with canonical names. What does not follow from the shapes is in the metadata, as
 * JSON under {@link ARCHITECTURE_KEY}. Files of other makers, which lack it, get the usual values.
 */
export const ARCHITECTURE_KEY = 'stylegan-blend.architecture';

/** Content of a safetensors file with a generator in it. */
export function readNative(file: SafetensorsFile): FileContent {
  const { path, metadata } = file;
  const family = metadata['architecture'];
  if (family !== undefined && family !== 'stylegan2') {
    throw new InputFileError(
      'ARCHITECTURE_UNSUPPORTED',
      `${path}: metadata architecture: expected stylegan2, found ${JSON.stringify(family.slice(0, 40))}`,
    );
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { shape, dtype }] of file.tensors) {
    tensors.set(name, { shape, dtype, read: () => file.read(name) });
  }
  return { format: 'safetensors', tensors, hints: parseHints(path, metadata[ARCHITECTURE_KEY]), metadata };
}

/** The metadata from which {@link readNative} restores the architecture. */
export function nativeMetadata(architecture: Architecture): Record<string, string> {
  const settings = {
    variant: architecture.variant,
    resolution: architecture.resolution,
    z_dim: architecture.zDim,
    w_dim: architecture.wDim,
    classes: architecture.classes,
    mapping_layers: architecture.mappingLayers,
    mapping_lr_multiplier: architecture.mappingLrMultiplier,
    conv_clamp: architecture.convClamp,
  };
  return { architecture: 'stylegan2', format: 'pt', [ARCHITECTURE_KEY]: JSON.stringify(settings) };
}

function parseHints(path: string, json: string | undefined): ArchitectureHints {
  if (json === undefined) return {};
  const fail = (what: string) =>
    new InputFileError('ARCHITECTURE_CONTRADICTION', `${path}: metadata ${ARCHITECTURE_KEY}: ${what}`);
  let settings: Record<string, unknown>;
  try {
    settings = Object(JSON.parse(json));
  } catch {
    throw fail('expected JSON');
  }
  const numeric = (key: string): number | undefined => {
    const value = settings[key];
    if (value === undefined || typeof value === 'number') return value;
    throw fail(`${key}: expected a number`);
  };
  const variant = settings['variant'];
  if (variant !== undefined && variant !== 'skip' && variant !== 'resnet' && variant !== 'orig') {
    throw fail('variant: expected skip, resnet or orig');
  }
  return {
    variant,
    resolution: numeric('resolution'),
    zDim: numeric('z_dim'),
    wDim: numeric('w_dim'),
    classes: numeric('classes'),
    mappingLayers: numeric('mapping_layers'),
    mappingLrMultiplier: numeric('mapping_lr_multiplier'),
    convClamp: settings['conv_clamp'] === null ? null : numeric('conv_clamp'),
  };
}
