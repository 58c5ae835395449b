import { InputFileError } from '../../errors.js';
import { entriesOf, isCallOf, PickleObject, type PickleValue } from '../pickle/values.js';

/**
 * A torch `nn.Module` in a pickle: an instance whose state has `_parameters`, `_buffers` and `_modules`. Those of
 * stylegan2-ada-pytorch and stylegan3 are wrapped: `torch_utils.persistence._reconstruct_persistent_obj` of a dict
 * {type, version, module_src, class_name, state}. The source text in it is never looked at.
 */

/** Deepest nesting and largest numbers that are followed: shared or cyclic modules could go on without end. */
const MAX_DEPTH = 16;
const MAX_MODULES = 4096;
const MAX_TENSORS = 16384;

export type ModuleState = ReadonlyMap<PickleValue, PickleValue>;

/** One module of a network with its place in it. */
export interface ModuleEntry {
  /** Dotted path from the network, `synthesis.b8.conv0`; empty for the network itself. */
  readonly path: string;
  readonly state: ModuleState;
}

/** What {@link walkModules} finds, in the order of the file. */
export interface ModuleContent {
  readonly modules: readonly ModuleEntry[];
  /** Parameters and buffers by dotted path; those that are None are left out. */
  readonly tensors: ReadonlyMap<string, PickleValue>;
}

/** The attributes of a module; undefined for anything that is none. */
export function moduleState(value: PickleValue | undefined): ModuleState | undefined {
  let state: ModuleState | undefined;
  if (isCallOf(value, 'torch_utils.persistence._reconstruct_persistent_obj')) {
    state = entriesOf(entriesOf(value.args[0])?.get('state'));
  } else if (value instanceof PickleObject) state = entriesOf(value.state);
  return state?.has('_modules') ? state : undefined;
}

/**
 * Lists a network's modules and tensors.
 *
 * @throws InputFileError `PICKLE_TOO_COMPLEX` where there is no end to them
 */
export function walkModules(path: string, network: ModuleState): ModuleContent {
  const modules: ModuleEntry[] = [];
  const tensors = new Map<string, PickleValue>();
  const tooComplex = (what: string) =>
    new InputFileError('PICKLE_TOO_COMPLEX', `${path}: more than ${what} in one network`, {
      hint: 'no network needs this; the file is damaged, or made to do harm',
    });

  const pending = [{ path: '', state: network, depth: 0 }];
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    if (modules.length >= MAX_MODULES) throw tooComplex(`${MAX_MODULES} modules`);
    if (entry.depth > MAX_DEPTH) throw tooComplex(`${MAX_DEPTH} levels of modules`);
    modules.push({ path: entry.path, state: entry.state });
    const prefix = entry.path === '' ? '' : `${entry.path}.`;
    for (const kind of ['_parameters', '_buffers']) {
      for (const [name, value] of entriesOf(entry.state.get(kind)) ?? []) {
        if (typeof name === 'string' && value !== null) tensors.set(prefix + name, value);
      }
      if (tensors.size > MAX_TENSORS) throw tooComplex(`${MAX_TENSORS} tensors`);
    }
    for (const [name, child] of entriesOf(entry.state.get('_modules')) ?? []) {
      const state = moduleState(child);
      if (typeof name !== 'string' || state === undefined) continue;
      if (pending.length >= MAX_MODULES) throw tooComplex(`${MAX_MODULES} modules`);
      pending.push({ path: prefix + name, state, depth: entry.depth + 1 });
    }
  }
  return { modules, tensors };
}
