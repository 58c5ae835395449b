import { InputFileError } from '../../errors.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { numpyView } from '../../formats/numpy-array.js';
import {
  entriesOf,
  itemsOf,
  PickleGlobal,
  PickleObject,
  type PickleValue,
} from '../../formats/pickle/values.js';
import { MAX_TENSORS, USUAL_FILTER } from '../../formats/stored-tensor.js';
import { readView, type TensorView } from '../../formats/tensor-view.js';
import { elementCount } from '../../numbers/shape.js';
import type { ArchitectureHints } from '../architecture/hints.js';
import { olderHints } from '../architecture/older-settings.js';
import type { FileContent } from './file-content.js';
import { type NetworkName, networkName } from './network-names.js';
import {
  translateOlder,
  translateStyleGan2Discriminator,
  translateStyleGan2Generator,
} from './tensorflow-names.js';

/**
 * Pickles of NVIDIA's TensorFlow code (PGGAN, StyleGAN, StyleGAN2, StyleGAN2-ADA): a tuple (G, D, Gs) of
 * `dnnlib.tflib.network.Network` or `tfutil.Network`, or one of these. A network's state holds its variables, its
 * settings and the source of the function that builds it, which is never looked at.
 */

/** Networks inside of networks: mapping and synthesis are one level down. */
const MAX_DEPTH = 4;

type NetworkState = ReadonlyMap<PickleValue, PickleValue>;

/** The networks of a tuple, by its order; undefined where the value is none of TensorFlow's. */
export function tensorflowNetworks(value: PickleValue): Map<NetworkName, NetworkState> | undefined {
  const single = networkState(value);
  if (single !== undefined) return new Map([[networkName(String(single.get('name'))) ?? 'G_ema', single]]);
  const states = (itemsOf(value) ?? []).slice(0, 8).map(networkState);
  if (states.length === 0 || states.some((state) => state === undefined)) return undefined;
  const names: readonly NetworkName[] = states.length === 1 ? ['G_ema'] : ['G', 'D', 'G_ema'];
  return new Map(names.flatMap((name, i) => (states[i] === undefined ? [] : [[name, states[i]]])));
}

/**
 * Content of one network.
 *
 * @throws InputFileError `TENSOR_UNREADABLE`, `PICKLE_TOO_COMPLEX`, `ARCHITECTURE_UNSUPPORTED`, those of `numpyView`
 */
export async function readTensorflow(
  file: RandomAccessFile,
  state: NetworkState,
  network: NetworkName,
): Promise<FileContent> {
  const variables = new Map<string, TensorView>();
  await collectVariables(file, state, '', 0, variables);
  const names = [...variables.keys()];
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  const common = { format: 'tensorflow', network, metadata: {}, hints: hintsOf(state) } as const;
  if (has(/\/LabelConcat\/|^LabelConcat\//) && has(/\/mod_weight$/)) {
    throw new InputFileError(
      'ARCHITECTURE_UNSUPPORTED',
      `${file.path}: expected classes that are embedded (LabelEmbed), found the LabelConcat of the first StyleGAN2`,
    );
  }
  if (has(/\/mod_weight$/)) {
    return { ...common, tensors: translateStyleGan2Generator(file.path, variables, filterOf(state)) };
  }
  if (has(/^Output\//)) return { ...common, tensors: translateStyleGan2Discriminator(file.path, variables) };
  const lod = variables.get('lod') ?? variables.get('synthesis/lod');
  const isNumber = lod !== undefined && elementCount(lod.shape) === 1;
  const hints = olderHints(statesOf(state), isNumber ? (await readView(lod))[0] : undefined);
  return { ...common, hints, tensors: translateOlder(variables) };
}

/** A network and its components. */
function statesOf(state: NetworkState): NetworkState[] {
  const components = [...(entriesOf(state.get('components'))?.values() ?? [])].map(networkState);
  return [state, ...components.filter((component) => component !== undefined)];
}

function networkState(value: PickleValue): NetworkState | undefined {
  if (!(value instanceof PickleObject)) return undefined;
  // Protocols 0 and 1 make instances by `copy_reg._reconstructor(class, base, state)`.
  const isOld = /^copy_?reg\._reconstructor$/.test(`${value.callable}`);
  const made = isOld ? value.args[0] : value.callable;
  if (!(made instanceof PickleGlobal)) return undefined;
  const isNetwork = /^((dnnlib\.)?tflib\.network|dnnlib\.tflib|tfutil|network)\.Network$/.test(`${made}`);
  const state = isNetwork ? entriesOf(value.state) : undefined;
  return state?.has('variables') ? state : undefined;
}

/** Variables of a network and of its components, `mapping/…` and `synthesis/…`. */
async function collectVariables(
  file: RandomAccessFile,
  state: NetworkState,
  prefix: string,
  depth: number,
  variables: Map<string, TensorView>,
): Promise<void> {
  const tooComplex = (what: string) =>
    new InputFileError('PICKLE_TOO_COMPLEX', `${file.path}: more than ${what} in one network`, {
      hint: 'no network needs this; the file is damaged, or made to do harm',
    });
  if (depth > MAX_DEPTH) throw tooComplex(`${MAX_DEPTH} levels of components`);
  const stored = state.get('variables');
  const pairs = itemsOf(stored)?.map((pair) => itemsOf(pair) ?? []) ?? [...(entriesOf(stored) ?? [])];
  for (const [name = null, value = null] of pairs) {
    if (typeof name !== 'string') continue;
    if (variables.size >= MAX_TENSORS) throw tooComplex(`${MAX_TENSORS} tensors`);
    const view = await numpyView(file, name, value);
    if (view !== undefined) variables.set(prefix + name, view);
    else if (/weight|bias|const|avg|noise/.test(name)) {
      throw new InputFileError(
        'TENSOR_UNREADABLE',
        `${file.path}: ${prefix}${name}: expected a numpy array, found something else`,
      );
    }
  }
  for (const [name, component] of entriesOf(state.get('components')) ?? []) {
    const inner = networkState(component);
    if (typeof name !== 'string' || inner === undefined) continue;
    if (variables.size >= MAX_TENSORS) throw tooComplex(`${MAX_TENSORS} tensors`);
    await collectVariables(file, inner, `${prefix}${name}/`, depth + 1, variables);
  }
}

/** A setting of the network: an argument that it was made with. */
function settingOf(state: NetworkState, name: string): PickleValue | undefined {
  return entriesOf(state.get('static_kwargs'))?.get(name);
}

function hintsOf(state: NetworkState): ArchitectureHints {
  const count = (name: string) => {
    const value = settingOf(state, name);
    return typeof value === 'number' ? value : undefined;
  };
  const variant = settingOf(state, 'architecture');
  const clamp = count('conv_clamp');
  return {
    resolution: count('resolution'),
    classes: count('label_size'),
    mappingLayers: count('mapping_layers'),
    mappingLrMultiplier: count('mapping_lrmul'),
    variant: variant === 'skip' || variant === 'resnet' || variant === 'orig' ? variant : undefined,
    convClamp: clamp === undefined ? undefined : clamp < 0 ? null : clamp,
  };
}

/** `resample_kernel`, [1, 3, 3, 1] unless the file says otherwise. */
function filterOf(state: NetworkState): readonly number[] {
  const taps = itemsOf(settingOf(state, 'resample_kernel'));
  const isFilter = taps?.length === 4 && taps.every((tap) => typeof tap === 'number' && Number.isFinite(tap));
  return isFilter ? (taps as number[]) : USUAL_FILTER;
}
