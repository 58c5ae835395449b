import { InputFileError } from '../../errors.js';
import type { AnyArchitecture } from '../architecture/architecture.js';
import type { ArchitectureHints } from '../architecture/hints.js';

/**
 * The native form: safetensors with canonical names. What does not follow from the shapes is in the metadata, as
 * JSON under {@link ARCHITECTURE_KEY}. Files of other makers, which lack it, get the usual values.
 */
const ARCHITECTURE_KEY = 'stylegan-blend.architecture';

const FAMILIES: readonly string[] = [
  'stylegan2',
  'stylegan1',
  'pggan',
  'stylegan3',
  'lucidrains',
  'discriminator',
] satisfies AnyArchitecture['family'][];

/** What the metadata of a native file says about its network. */
export function nativeHints(path: string, metadata: Readonly<Record<string, string>>): ArchitectureHints {
  const family = metadata['architecture'];
  if (family !== undefined && !FAMILIES.includes(family)) {
    throw new InputFileError(
      'ARCHITECTURE_UNSUPPORTED',
      `${path}: metadata architecture: expected ${FAMILIES.join(', ')}, found ${JSON.stringify(family.slice(0, 40))}`,
    );
  }
  return parseHints(path, metadata[ARCHITECTURE_KEY]);
}

/** The metadata from which {@link nativeHints} restores what the shapes do not tell. */
export function nativeMetadata(architecture: AnyArchitecture): Record<string, string> {
  const { family } = architecture;
  return { architecture: family, format: 'pt', [ARCHITECTURE_KEY]: JSON.stringify(settingsOf(architecture)) };
}

/** Whether {@link nativeMetadata} writes this key anew. */
export function isNativeKey(key: string): boolean {
  return key === 'architecture' || key === 'format' || key === ARCHITECTURE_KEY;
}

/** Metadata without what describes the network: other containers say that in their own way. */
export function withoutNative(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !isNativeKey(key)));
}

function settingsOf(architecture: AnyArchitecture): Record<string, unknown> {
  if (architecture.family === 'stylegan1') {
    return {
      resolution: architecture.resolution,
      z_dim: architecture.zDim,
      w_dim: architecture.wDim,
      classes: architecture.classes,
      mapping_layers: architecture.mappingLayers,
      mapping_lr_multiplier: architecture.mappingLrMultiplier,
      fused_from: architecture.fusedFrom,
      lod: architecture.lod,
    };
  }
  if (architecture.family === 'pggan') {
    const { resolution, zDim, classes, fused, lod } = architecture;
    return { resolution, z_dim: zDim, classes, fused, lod };
  }
  if (architecture.family !== 'stylegan2') return { resolution: architecture.resolution };
  return {
    variant: architecture.variant,
    resolution: architecture.resolution,
    z_dim: architecture.zDim,
    w_dim: architecture.wDim,
    classes: architecture.classes,
    mapping_layers: architecture.mappingLayers,
    mapping_lr_multiplier: architecture.mappingLrMultiplier,
    conv_clamp: architecture.convClamp,
  };
}

function parseHints(path: string, json: string | undefined): ArchitectureHints {
  if (json === undefined) return {};
  const fail = (what: string) =>
    new InputFileError('ARCHITECTURE_CONTRADICTION', `${path}: metadata ${ARCHITECTURE_KEY}: ${what}`);
  let settings: Record<string, unknown>;
  try {
    settings = { ...Object(JSON.parse(json)) };
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
  const fused = settings['fused'];
  if (fused !== undefined && typeof fused !== 'boolean') throw fail('fused: expected true or false');
  return {
    variant,
    fused,
    lod: numeric('lod'),
    resolution: numeric('resolution'),
    zDim: numeric('z_dim'),
    wDim: numeric('w_dim'),
    classes: numeric('classes'),
    mappingLayers: numeric('mapping_layers'),
    mappingLrMultiplier: numeric('mapping_lr_multiplier'),
    convClamp: settings['conv_clamp'] === null ? null : numeric('conv_clamp'),
    fusedFrom: settings['fused_from'] === null ? null : numeric('fused_from'),
  };
}
