import { InputFileError } from '../errors.js';
import type { RandomAccessFile } from '../files/random-access.js';
import type { Architecture } from './architecture.js';
import type { ArchitectureHints } from './derive-architecture.js';
import type { FileContent, StoredTensor } from './file-checkpoint.js';
import { ByteRange, entriesOf, isCallOf, type PickleValue } from './pickle/values.js';
import { type ModuleEntry, type ModuleState, moduleState, walkModules } from './torch-module.js';
import { locateStorage, type TorchStorage } from './torch-storage.js';
import { parseTensor, placeTensor, readTensor } from './torch-tensor.js';

/**
 * Network pickles of stylegan2-ada-pytorch and stylegan3 (`legacy.py`, `torch_utils/persistence.py`): a dict with
 * networks under `G`, `D` and `G_ema`, or a bare network. Their names of tensors are the canonical ones.
 */

/** The network that pictures are made with: the running average of the generator's weights. */
const DEFAULT_NETWORK = 'G_ema';

/** Whether a pickle's value is a network or holds at least one under the names above. */
export function isNetworkPickle(value: PickleValue): boolean {
  return moduleState(value) !== undefined || networksOf(value).size > 0;
}

/**
 * Content of a network pickle.
 *
 * @param value what the pickle in `file` turned into
 * @throws InputFileError `NETWORK_MISSING`, `TENSOR_UNREADABLE`, and those of `locateStorage` and `placeTensor`
 */
export async function readNetworkPickle(
  file: RandomAccessFile,
  value: PickleValue,
  options: { network?: string | undefined } = {},
): Promise<FileContent> {
  const bare = moduleState(value);
  const network = options.network ?? DEFAULT_NETWORK;
  const state = bare ?? selectNetwork(file.path, networksOf(value), network);
  const { modules, tensors } = walkModules(file.path, state);
  const stored = await locateTensors(file, tensors);
  return {
    format: 'stylegan2-ada-pytorch',
    ...(bare === undefined ? { network } : {}),
    tensors: stored,
    hints: hintsOf(file.path, modules),
    metadata: {},
  };
}

function networksOf(value: PickleValue): Map<string, ModuleState> {
  const networks = new Map<string, ModuleState>();
  for (const [name, candidate] of entriesOf(value) ?? []) {
    const state = moduleState(candidate);
    if (typeof name === 'string' && state !== undefined) networks.set(name, state);
  }
  return networks;
}

function selectNetwork(
  path: string,
  networks: ReadonlyMap<string, ModuleState>,
  network: string,
): ModuleState {
  const state = networks.get(network);
  if (state !== undefined) return state;
  throw new InputFileError(
    'NETWORK_MISSING',
    `${path}: expected a network called ${network}, found ${[...networks.keys()].join(', ')}`,
  );
}

/** Finds every tensor's place in the file. Tensors may share a storage, whose header is read once. */
async function locateTensors(
  file: RandomAccessFile,
  tensors: ReadonlyMap<string, PickleValue>,
): Promise<Map<string, StoredTensor>> {
  const storages = new Map<PickleValue, TorchStorage>();
  const located = new Map<string, StoredTensor>();
  for (const [name, value] of tensors) {
    const reference = parseTensor(value);
    const bytes = isCallOf(reference?.storage, 'torch.storage._load_from_bytes') && reference.storage.args[0];
    if (reference === undefined || !(bytes instanceof ByteRange)) {
      throw new InputFileError(
        'TENSOR_UNREADABLE',
        `${file.path}: ${name}: expected a torch tensor, found something else`,
      );
    }
    const storage = storages.get(reference.storage) ?? (await locateStorage(file, bytes));
    storages.set(reference.storage, storage);
    const tensor = placeTensor(file.path, name, reference, storage);
    located.set(name, {
      shape: tensor.shape,
      dtype: storage.dtype,
      read: () => readTensor(file, tensor),
    });
  }
  return located;
}

/** What the modules' attributes say: those are what the network computes with, whatever its init arguments were. */
function hintsOf(path: string, modules: readonly ModuleEntry[]): ArchitectureHints {
  const states = new Map(modules.map((module) => [module.path, module.state]));
  const count = (attribute: string) => numberOf(states.get('')?.get(attribute));
  return {
    variant: variantOf(path, modules),
    resolution: count('img_resolution'),
    zDim: count('z_dim'),
    wDim: count('w_dim'),
    classes: count('c_dim'),
    mappingLayers: numberOf(states.get('mapping')?.get('num_layers')),
    mappingLrMultiplier: lrMultiplierOf(path, modules),
    convClamp: convClampOf(path, modules),
  };
}

/** The clamp of all layers, or what the synthesis network was made with; negative means none. */
function convClampOf(path: string, modules: readonly ModuleEntry[]): number | null | undefined {
  const ofLayers = attributes(modules, /^synthesis\.b\d+\.(conv\d|torgb)$/, 'conv_clamp');
  const ofNetwork = attributes(modules, /^synthesis$/, '_init_kwargs').flatMap(
    (kwargs) => entriesOf(kwargs)?.get('conv_clamp') ?? [],
  );
  const values = ofLayers.length > 0 ? ofLayers : ofNetwork;
  const clamps = values.map((value) => {
    const clamp = value === null ? null : numberOf(value);
    if (clamp === undefined) throw unsupported(path, 'conv_clamp', 'a number or none', 'something else');
    return clamp !== null && clamp < 0 ? null : clamp;
  });
  return agreed(path, 'conv_clamp', clamps);
}

/** A fully connected layer keeps its multiplier as the gain of its bias. */
function lrMultiplierOf(path: string, modules: readonly ModuleEntry[]): number | undefined {
  const values = attributes(modules, /^mapping\.fc\d+$/, 'bias_gain').map(numberOf);
  return agreed(path, 'lr_multiplier', values);
}

function variantOf(path: string, modules: readonly ModuleEntry[]): Architecture['variant'] | undefined {
  const variant = agreed(path, 'architecture', attributes(modules, /^synthesis\.b\d+$/, 'architecture'));
  if (variant === undefined || variant === 'skip' || variant === 'resnet' || variant === 'orig')
    return variant;
  throw unsupported(path, 'architecture', 'skip, resnet or orig', String(variant).slice(0, 40));
}

/** The values of an attribute in the modules that have it. */
function attributes(modules: readonly ModuleEntry[], pattern: RegExp, name: string): PickleValue[] {
  return modules
    .filter(({ path, state }) => pattern.test(path) && state.has(name))
    .map(({ state }) => state.get(name)!);
}

/** The one value that all layers have. */
function agreed<T extends PickleValue | undefined>(
  path: string,
  name: string,
  values: readonly T[],
): T | undefined {
  const other = values.find((value) => value !== values[0]);
  if (other === undefined) return values[0];
  throw unsupported(path, name, 'the same value in every layer', 'different ones');
}

function numberOf(value: PickleValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function unsupported(path: string, name: string, expected: string, found: string): InputFileError {
  return new InputFileError(
    'ARCHITECTURE_UNSUPPORTED',
    `${path}: ${name}: expected ${expected}, found ${found}`,
  );
}
