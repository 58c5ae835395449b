import { entriesOf, type PickleValue } from '../../formats/pickle/values.js';
import { MAX_TENSORS, type StoredTensor, storedView } from '../../formats/stored-tensor.js';
import type { TensorView } from '../../formats/tensor-view.js';
import { parseTensor } from '../../formats/torch/tensor.js';
import type { CheckpointFormat } from '../checkpoint.js';
import type { FileContent } from './file-content.js';
import { NETWORK_NAMES, type NetworkName, networkName } from './network-names.js';
import {
  ROSINALITY_HINTS,
  rosinalityKind,
  type StateDict,
  translateRosinality,
  translateRosinalityDiscriminator,
} from './rosinality.js';

/**
 * State dicts, names and tensors without the code of the network: what `.pt` files hold, and safetensors. Whose
 * network it is follows from the names: canonical ones, rosinality's, or those of lucidrains/stylegan2-pytorch,
 * which keeps all its networks in one dict (`G`, `S` and their averages `GE`, `SE`, `D`).
 */

/** What tools put in front of every name. */
const PREFIXES = ['module.', 'g_ema.', 'generator.', 'G_ema.', 'model.', 'netG.'];

/** Layers of prefixes: `module.generator.`. */
const MAX_PREFIXES = 4;

/** Names of the dict that holds a state in files of people's own making. */
const WRAPPERS = ['state_dict', 'model', 'params_ema', 'params', 'GAN'];

/** Longest search for a state dict inside of dicts. */
const MAX_DEPTH = 3;

/** A network in a dict of tensors. */
export interface StateNetwork {
  readonly state: StateDict;
  readonly latentAverage?: TensorView;
}

/** The tensors of one dict of a pickle. */
export type TensorDict = ReadonlyMap<string, PickleValue>;

/**
 * The networks of a torch file's object: `{g_ema, g, d, latent_avg}`, a bare state, or one inside of a wrapper.
 * Tensors are not looked for in the file yet.
 */
export function stateDictsOf(value: PickleValue):
  | {
      readonly networks: ReadonlyMap<NetworkName, TensorDict>;
      readonly latentAverage: PickleValue | undefined;
    }
  | undefined {
  let current = value;
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const entries = entriesOf(current);
    if (entries === undefined) return undefined;
    const networks = new Map<NetworkName, TensorDict>();
    for (const [key, inner] of entries) {
      const name = typeof key === 'string' ? networkName(key) : undefined;
      const tensors = name === undefined ? undefined : tensorDict(inner);
      if (name !== undefined && tensors !== undefined) networks.set(name, tensors);
    }
    const latentAverage = entries.get('latent_avg');
    if (networks.size > 0) return { networks, latentAverage };
    const bare = tensorDict(current);
    if (bare !== undefined) return { networks: new Map([['G_ema', bare]]), latentAverage };
    const wrapper = WRAPPERS.find((name) => entriesOf(entries.get(name)) !== undefined);
    if (wrapper === undefined) return undefined;
    current = entries.get(wrapper)!;
  }
  return undefined;
}

/** The tensors of a dict, without other entries; undefined where there are none. */
function tensorDict(value: PickleValue): TensorDict | undefined {
  const tensors = new Map<string, PickleValue>();
  for (const [key, entry] of entriesOf(value) ?? []) {
    if (typeof key !== 'string' || key === 'latent_avg') continue;
    if (parseTensor(entry) !== undefined) tensors.set(key, entry);
    if (tensors.size > MAX_TENSORS) return undefined;
  }
  return tensors.size > 0 ? tensors : undefined;
}

/** Names without the prefixes that all of them have. */
export function withoutPrefix<T>(state: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  let current = state;
  for (let i = 0; i < MAX_PREFIXES; i++) {
    const names = [...current.keys()];
    const prefix = PREFIXES.find((p) => names.length > 0 && names.every((name) => name.startsWith(p)));
    if (prefix === undefined) break;
    current = new Map([...current].map(([name, value]) => [name.slice(prefix.length), value]));
  }
  return current;
}

/** Whether a dict holds the networks of lucidrains/stylegan2-pytorch. */
export function isLucidrains(names: Iterable<string>): boolean {
  const list = [...names];
  return list.some((name) => /^GE?\.blocks\.\d+\.to_style1\.weight$/.test(name));
}

/** The networks of a lucidrains dict. */
export function lucidrainsNetworks(names: Iterable<string>): NetworkName[] {
  const list = [...names];
  const starts: Record<NetworkName, string> = { G_ema: 'GE.', G: 'G.', D: 'D.' };
  return NETWORK_NAMES.filter((network) => list.some((name) => name.startsWith(starts[network])));
}

/** One network of a lucidrains dict; the averages get the names of the networks that they are averages of. */
function lucidrainsState(state: StateDict, network: NetworkName): Map<string, StoredTensor> {
  const parts: Record<NetworkName, readonly [string, string][]> = {
    G_ema: [
      ['SE.', 'S.'],
      ['GE.', 'G.'],
    ],
    G: [
      ['S.', 'S.'],
      ['G.', 'G.'],
    ],
    D: [['D.', 'D.']],
  };
  const tensors = new Map<string, StoredTensor>();
  for (const [name, view] of state) {
    const part = parts[network].find(([prefix]) => name.startsWith(prefix));
    if (part !== undefined) tensors.set(part[1] + name.slice(part[0].length), storedView(view));
  }
  return tensors;
}

/**
 * Content of one state dict in whatever names it has.
 *
 * @throws InputFileError as the translations
 */
export function readState(
  path: string,
  network: StateNetwork,
  common: {
    format?: CheckpointFormat;
    network?: NetworkName;
    metadata?: Readonly<Record<string, string>>;
  } = {},
): FileContent {
  const { network: name, metadata = {} } = common;
  const named = name === undefined ? {} : { network: name };
  const state = withoutPrefix(network.state);
  if (isLucidrains(state.keys())) {
    const tensors = lucidrainsState(state, name ?? 'G_ema');
    return { format: common.format ?? 'lucidrains', ...named, tensors, hints: {}, metadata };
  }
  const kind = rosinalityKind(state.keys());
  if (kind === undefined) {
    const tensors = new Map([...state].map(([tensor, view]) => [tensor, storedView(view)]));
    if (network.latentAverage !== undefined && !tensors.has('mapping.w_avg')) {
      tensors.set('mapping.w_avg', storedView(network.latentAverage));
    }
    return { format: common.format ?? 'stylegan2-ada-pytorch', ...named, tensors, hints: {}, metadata };
  }
  const tensors =
    kind === 'D'
      ? translateRosinalityDiscriminator(path, state)
      : translateRosinality(path, state, network.latentAverage);
  return { format: common.format ?? 'rosinality', ...named, tensors, hints: ROSINALITY_HINTS, metadata };
}
