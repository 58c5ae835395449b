import { basename } from 'node:path';
import type { AnyArchitecture } from '../checkpoint/architecture.js';
import { type Checkpoint, familyName } from '../checkpoint/checkpoint.js';
import { isOptional } from '../checkpoint/derive-architecture.js';
import { InputFileError } from '../errors.js';

/** How many differing tensors a message names; the first few show what is wrong, hundreds hide it. */
const MAX_NAMED = 3;

const HINT = 'only a model and one that was fine-tuned from it, with the same settings, can be blended';

/**
 * Checks that two generators have the same architecture and the same tensors with the same shapes, from names and
 * shapes alone: no weight is read.
 * @throws InputFileError `CHECKPOINTS_DIFFER`, naming the first differing tensors or settings and what the files are.
 */
export function requireSameShape(base: Checkpoint, transfer: Checkpoint): void {
  const [baseName, transferName] = shortNames(base, transfer);
  requireSameFamily(base, transfer);
  const tensors = differingTensors(base, transfer);
  const settings = differingSettings(base.architecture, transfer.architecture);
  // Extents of tensors follow from the architecture: where both differ, the tensors alone say where to look.
  const differences = tensors.length > 0 ? tensors : settings;
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
    { hint: HINT },
  );
}

/**
 * Weights of different architectures mean different things, whatever their shapes: a StyleGAN normalises each channel
 * of the features, StyleGAN2 the kernels, PGGAN each pixel.
 */
function requireSameFamily(base: Checkpoint, transfer: Checkpoint): void {
  if (base.architecture.family === transfer.architecture.family) return;
  const [baseName, transferName] = shortNames(base, transfer);
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

/** What to call two checkpoints in a message: file names, or whole paths where the names are the same. */
export function shortNames(base: Checkpoint, transfer: Checkpoint): [base: string, transfer: string] {
  const [a, b] = [base.origin.path, transfer.origin.path];
  if (basename(a) !== basename(b)) return [basename(a), basename(b)];
  return a === b ? [`${a} (base)`, `${b} (transfer)`] : [a, b];
}

interface Difference {
  readonly what: string;
  readonly inBase: string;
  readonly inTransfer: string;
}

function differingTensors(base: Checkpoint, transfer: Checkpoint): Difference[] {
  const names = new Set([...base.tensors.keys(), ...transfer.tensors.keys()]);
  const differences: Difference[] = [];
  for (const what of names) {
    // Files that lack an average or noise buffers get those of the other model, or do without: see `blend.ts`.
    if (isOptional(what) && !(base.tensors.has(what) && transfer.tensors.has(what))) continue;
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

/** Settings that change what the weights mean without changing a shape, and those that shapes imply. */
function differingSettings(base: AnyArchitecture, transfer: AnyArchitecture): Difference[] {
  const [inBase, inTransfer] = [base, transfer].map(
    (architecture) =>
      new Map(Object.entries(architecture).map(([key, value]) => [key, settingText(key, value)])),
  ) as [Map<string, string>, Map<string, string>];
  const keys = new Set([...inBase.keys(), ...inTransfer.keys()]);
  return [...keys]
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
