import { InputFileError } from '../../errors.js';
import { impliedFilter, type StoredTensor, storedView } from '../../formats/stored-tensor.js';
import { squeezed, type TensorView } from '../../formats/tensor-view.js';
import type { ArchitectureHints } from '../architecture/hints.js';
import type { NetworkName } from './network-names.js';
import {
  canonicalOfRosinality,
  canonicalOfRosinalityDiscriminator,
  type RosinalityForm,
} from './rosinality-names.js';

/** Tensors by the name that a state dict has for them. */
export type StateDict = ReadonlyMap<string, TensorView>;

/** Whether names are those of rosinality's generator. */
function isRosinalityGenerator(names: Iterable<string>): boolean {
  return has(names, ['input.input', 'conv1.conv.weight', 'to_rgb1.conv.weight']);
}

/** Whether names are those of rosinality's discriminator. */
function isRosinalityDiscriminator(names: Iterable<string>): boolean {
  return has(names, ['convs.0.0.weight', 'final_conv.0.weight', 'final_linear.1.weight']);
}

/**
 * rosinality's networks under canonical names. `latentAverage` is kept beside the state.
 *
 * @throws InputFileError `ARCHITECTURE_TENSOR_UNEXPECTED`
 */
export function translateRosinality(
  path: string,
  state: StateDict,
  latentAverage: TensorView | undefined,
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const [stored, view] of state) {
    const canonical = canonicalOfRosinality(stored);
    if (canonical === undefined) throw unexpected(path, stored, 'generator');
    tensors.set(canonical.name, storedView(formed(view, canonical.form)));
  }
  if (latentAverage !== undefined) {
    // Saved by some tools as one row, [1, 512].
    tensors.set(
      'mapping.w_avg',
      storedView(squeezed(latentAverage, latentAverage.shape.length > 1 ? [0] : [])),
    );
  }
  addImpliedFilters(tensors);
  return tensors;
}

export function translateRosinalityDiscriminator(path: string, state: StateDict): Map<string, StoredTensor> {
  const blocks = new Set([...state.keys()].map((name) => /^convs\.([1-9]\d*)\./.exec(name)?.[1])).size - 1;
  const tensors = new Map<string, StoredTensor>();
  for (const [stored, view] of state) {
    const canonical = canonicalOfRosinalityDiscriminator(stored, blocks);
    if (canonical === undefined) throw unexpected(path, stored, 'discriminator');
    tensors.set(canonical.name, storedView(view));
  }
  return tensors;
}

/** The settings that rosinality's code has no arguments for. */
export const ROSINALITY_HINTS: ArchitectureHints = { variant: 'skip', convClamp: null };

/** What a state holds that is a network of rosinality's. */
export function rosinalityKind(names: Iterable<string>): NetworkName | undefined {
  const list = [...names];
  if (isRosinalityGenerator(list)) return 'G_ema';
  return isRosinalityDiscriminator(list) ? 'D' : undefined;
}

/** Removes what the canonical form does not have, and the gain of 4 of blurs. */
function formed(view: TensorView, form: RosinalityForm): TensorView {
  switch (form) {
    case 'same':
      return view;
    case 'first':
      return view.shape.length > 3 ? squeezed(view, [0]) : view;
    case 'bias4':
      return view.shape.length === 4 ? squeezed(view, [0, 2, 3]) : view;
    case 'noise':
      return view.shape.length === 4 ? squeezed(view, [0, 1]) : view;
    case 'scalar':
      return squeezed(view, [0]);
    case 'quarter':
      return { ...view, scale: 0.25 };
  }
}

/**
 * Layers that do not resample have no kernel here, but a filter in the canonical form. All filters of a network are
 * the same; where a state dict leaves its constants out, they are the usual ones.
 */
function addImpliedFilters(tensors: Map<string, StoredTensor>): void {
  const stored = [...tensors].find(([name]) => name.endsWith('.resample_filter'))?.[1];
  const implied: StoredTensor = stored
    ? { shape: stored.shape, dtype: stored.dtype, read: () => stored.read() }
    : impliedFilter();
  for (const name of [...tensors.keys()]) {
    const match = /^(synthesis\.b\d+)\.conv\d\.weight$/.exec(name);
    if (!match) continue;
    for (const filter of [`${match[1]}.resample_filter`, name.replace(/weight$/, 'resample_filter')]) {
      if (!tensors.has(filter)) tensors.set(filter, implied);
    }
  }
}

function has(names: Iterable<string>, wanted: readonly string[]): boolean {
  const set = new Set(names);
  return wanted.every((name) => set.has(name));
}

function unexpected(path: string, name: string, what: string): InputFileError {
  return new InputFileError(
    'ARCHITECTURE_TENSOR_UNEXPECTED',
    `${path}: ${name.slice(0, 80)}: expected only the tensors of rosinality's ${what}, found this one`,
  );
}
