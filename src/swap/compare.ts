import { basename } from 'node:path';
import type { AnyArchitecture } from '../checkpoint/architecture/architecture.js';
import { isOptional } from '../checkpoint/architecture/derive-architecture.js';
import { type Checkpoint, familyName, resolutionOf } from '../checkpoint/checkpoint.js';
import { InputFileError } from '../errors.js';

/** How many differing tensors a message names; the first few show what is wrong, hundreds hide it. */
const MAX_NAMED = 3;

const HINT = 'only a model and one that was fine-tuned from it, with the same settings, can be blended';

export interface Comparison {
  /** Only what both have is compared: resolutions above those of the smaller one do not matter. */
  readonly common?: boolean;
}

/**
 * Checks that two generators have the same architecture and the same tensors with the same shapes, from names and
 * shapes alone: no weight is read.
 * @throws InputFileError `CHECKPOINTS_DIFFER`, naming the first differing tensors or settings and what the files are.
 */
export function requireSameShape(base: Checkpoint, transfer: Checkpoint, comparison: Comparison = {}): void {
  const [baseName, transferName] = shortNames(base, transfer) as [string, string];
  requireSameFamily(base, transfer);
  const differences = differencesOf(base, transfer, comparison);
  if (differences.length === 0) return;

  const named = differences
    .slice(0, MAX_NAMED)
    .map(
      ({ what, inBase, inTransfer }) =>
        `${what} is ${inBase} in ${baseName} and ${inTransfer} in ${transferName}`,
    );
  if (differences.length > MAX_NAMED) named.push(`and ${differences.length - MAX_NAMED} more`);
  throw new InputFileError(
    'CHECKPOINTS_DIFFER',
    `the two models cannot be blended: ${named.join(', ')}; ` +
      `${baseName} is a ${describeArchitecture(base.architecture)}, ` +
      `${transferName} is a ${describeArchitecture(transfer.architecture)}`,
    { hint: comparison.common === true ? HINT : hintFor(base, transfer) },
  );
}

function differencesOf(base: Checkpoint, transfer: Checkpoint, comparison: Comparison): Difference[] {
  const limit = comparison.common === true ? commonResolution(base, transfer) : Number.POSITIVE_INFINITY;
  const tensors = differingTensors(base, transfer, limit);
  // Extents of tensors follow from the architecture: where both differ, the tensors alone say where to look.
  if (tensors.length > 0) return tensors;
  return differingSettings(base.architecture, transfer.architecture, comparison.common === true);
}

/** The size of the smaller one. Only StyleGAN2 names its layers alike whatever the size. */
function commonResolution(base: Checkpoint, transfer: Checkpoint): number {
  if (base.architecture.family !== 'stylegan2') return Number.POSITIVE_INFINITY;
  return Math.min(base.architecture.resolution, transfer.architecture.resolution);
}

function hintFor(base: Checkpoint, transfer: Checkpoint): string {
  const isOtherSize = base.architecture.resolution !== transfer.architecture.resolution;
  if (!isOtherSize || differencesOf(base, transfer, { common: true }).length > 0) return HINT;
  return `up to ${commonResolution(base, transfer)} px they are alike: blend these resolutions only with \`common\``;
}

/**
 * Weights of different architectures mean different things, whatever their shapes: a StyleGAN normalises each channel
 * of the features, StyleGAN2 the kernels, PGGAN each pixel.
 */
function requireSameFamily(base: Checkpoint, transfer: Checkpoint): void {
  if (base.architecture.family === transfer.architecture.family) return;
  const [baseName, transferName] = shortNames(base, transfer) as [string, string];
  throw new InputFileError(
    'CHECKPOINTS_DIFFER',
    `the two models cannot be blended: the architecture family differs; ` +
      `${baseName} is a ${describeArchitecture(base.architecture)}, ` +
      `${transferName} is a ${describeArchitecture(transfer.architecture)}, and the same weight means another thing in each`,
    { hint: HINT },
  );
}

/** One phrase for a message, such as `64 px StyleGAN2 generator (z 64, w 128, 4 mapping layers)`. */
export function describeArchitecture(architecture: AnyArchitecture): string {
  const parts: string[] = [];
  if ('zDim' in architecture) parts.push(`z ${architecture.zDim}`);
  if ('wDim' in architecture) parts.push(`w ${architecture.wDim}`);
  if ('mappingLayers' in architecture) parts.push(`${architecture.mappingLayers} mapping layers`);
  if ('variant' in architecture && architecture.variant !== 'skip') {
    parts.push(`variant ${architecture.variant}`);
  }
  if (architecture.classes > 0) parts.push(`${architecture.classes} classes`);
  if ('convClamp' in architecture && architecture.convClamp !== null) {
    parts.push(`conv clamp ${architecture.convClamp}`);
  }
  const details = parts.length > 0 ? ` (${parts.join(', ')})` : '';
  return `${architecture.resolution} px ${familyName(architecture)}${details}`;
}

/** What to call checkpoints in a message: file names, or whole paths where the names are the same. */
export function shortNames(...checkpoints: readonly Checkpoint[]): string[] {
  const paths = checkpoints.map(({ origin }) => origin.path);
  const isDistinct = (names: readonly string[]) => new Set(names).size === names.length;
  const names = paths.map((path) => basename(path));
  if (isDistinct(names)) return names;
  if (isDistinct(paths)) return paths;
  const role = (i: number) => (i === 0 ? 'base' : paths.length === 2 ? 'transfer' : `model ${i + 1}`);
  return paths.map((path, i) => `${path} (${role(i)})`);
}

interface Difference {
  readonly what: string;
  readonly inBase: string;
  readonly inTransfer: string;
}

function differingTensors(base: Checkpoint, transfer: Checkpoint, limit: number): Difference[] {
  const names = new Set([...base.tensors.keys(), ...transfer.tensors.keys()]);
  const differences: Difference[] = [];
  for (const what of names) {
    // Files that lack an average or noise buffers get those of the other model, or do without: see `blend.ts`.
    if (isOptional(what) && !(base.tensors.has(what) && transfer.tensors.has(what))) continue;
    if (Number.isFinite(limit) && (resolutionOf(what) ?? 0) > limit) continue;
    const inBase = shapeText(base.tensors.get(what)?.shape);
    const inTransfer = shapeText(transfer.tensors.get(what)?.shape);
    if (inBase !== inTransfer) differences.push({ what, inBase, inTransfer });
  }
  return differences;
}

function shapeText(shape: readonly number[] | undefined): string {
  return shape === undefined ? 'missing' : `[${shape.join(', ')}]`;
}

/** What each setting is called in messages; those without a name here are called as the field. */
const SETTING_NAMES: ReadonlyMap<string, string> = new Map([
  ['family', 'the architecture family'],
  ['of', 'the family of its generator'],
  ['variant', 'the architecture variant'],
  ['resolution', 'the resolution'],
  ['zDim', 'z_dim'],
  ['wDim', 'w_dim'],
  ['classes', 'the number of classes'],
  ['mappingLayers', 'the number of mapping layers'],
  ['mappingLrMultiplier', 'the learning-rate multiplier of the mapping network'],
  ['channels', 'the channel table'],
  ['convClamp', 'the conv clamp'],
  ['layers', 'the list of layers'],
  ['lod', 'how far it is grown (lod)'],
  ['fused', 'the fusing of doubling and convolution'],
  ['fusedFrom', 'the first resolution with fused doubling'],
]);

/** Settings that models of different size cannot share; shapes tell whether they agree as far as they go. */
const SIZE_SETTINGS: readonly string[] = ['resolution', 'channels'];

/** Settings that change what the weights mean without changing a shape, and those that shapes imply. */
function differingSettings(
  base: AnyArchitecture,
  transfer: AnyArchitecture,
  ignoreSize: boolean,
): Difference[] {
  const [inBase, inTransfer] = [base, transfer].map(
    (architecture) =>
      new Map(Object.entries(architecture).map(([key, value]) => [key, settingText(key, value)])),
  ) as [Map<string, string>, Map<string, string>];
  const keys = new Set([...inBase.keys(), ...inTransfer.keys()]);
  return [...keys]
    .filter((key) => !(ignoreSize && SIZE_SETTINGS.includes(key)))
    .map((key) => ({
      what: SETTING_NAMES.get(key) ?? key,
      inBase: inBase.get(key) ?? 'none',
      inTransfer: inTransfer.get(key) ?? 'none',
    }))
    .filter((difference) => difference.inBase !== difference.inTransfer);
}

function settingText(key: string, value: unknown): string {
  if (value instanceof Map) return [...value].map(([r, count]) => `${r}:${count}`).join(' ');
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'object') return JSON.stringify(value);
  return key === 'resolution' ? `${value} px` : String(value);
}
