import { basename } from 'node:path';
import type { Architecture } from '../checkpoint/architecture.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
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

/** One phrase for a message, such as `64 px StyleGAN2 generator (z 64, w 128, 4 mapping layers)`. */
export function describeArchitecture(architecture: Architecture): string {
  const parts = [
    `z ${architecture.zDim}`,
    `w ${architecture.wDim}`,
    `${architecture.mappingLayers} mapping layers`,
  ];
  if (architecture.variant !== 'skip') parts.push(`variant ${architecture.variant}`);
  if (architecture.classes > 0) parts.push(`${architecture.classes} classes`);
  if (architecture.convClamp !== null) parts.push(`conv clamp ${architecture.convClamp}`);
  return `${architecture.resolution} px StyleGAN2 generator (${parts.join(', ')})`;
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
    const inBase = shapeText(base.tensors.get(what)?.shape);
    const inTransfer = shapeText(transfer.tensors.get(what)?.shape);
    if (inBase !== inTransfer) differences.push({ what, inBase, inTransfer });
  }
  return differences;
}

function shapeText(shape: readonly number[] | undefined): string {
  return shape === undefined ? 'missing' : `[${shape.join(', ')}]`;
}

/** Settings that change what the weights mean without changing a shape, and those that shapes imply. */
function differingSettings(base: Architecture, transfer: Architecture): Difference[] {
  const settings: [string, (architecture: Architecture) => string][] = [
    ['the architecture family', (a) => a.family],
    ['the architecture variant', (a) => a.variant],
    ['the resolution', (a) => `${a.resolution} px`],
    ['z_dim', (a) => String(a.zDim)],
    ['w_dim', (a) => String(a.wDim)],
    ['the number of classes', (a) => String(a.classes)],
    ['the number of mapping layers', (a) => String(a.mappingLayers)],
    ['the learning-rate multiplier of the mapping network', (a) => String(a.mappingLrMultiplier)],
    ['the channel table', (a) => [...a.channels].map(([r, count]) => `${r}:${count}`).join(' ')],
    ['the conv clamp', (a) => (a.convClamp === null ? 'none' : String(a.convClamp))],
  ];
  return settings
    .map(([what, text]) => ({ what, inBase: text(base), inTransfer: text(transfer) }))
    .filter(({ inBase, inTransfer }) => inBase !== inTransfer);
}
