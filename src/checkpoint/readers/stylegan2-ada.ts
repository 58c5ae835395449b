import { InputFileError } from '../../errors.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { entriesOf, type PickleValue } from '../../formats/pickle/values.js';
import { storedView } from '../../formats/stored-tensor.js';
import { locateTensors } from '../../formats/torch/locate.js';
import { type ModuleEntry, type ModuleState, moduleState, walkModules } from '../../formats/torch/module.js';
import type { StorageResolver } from '../../formats/torch/storage.js';
import type { Architecture } from '../architecture/architecture.js';
import type { ArchitectureHints } from '../architecture/hints.js';
import type { FileContent } from './file-content.js';
import { type NetworkName, networkName } from './network-names.js';

/**
 * Network pickles of stylegan2-ada-pytorch and stylegan3 (`legacy.py`, `torch_utils/persistence.py`): a dict with
 * networks under `G`, `D` and `G_ema`, or a bare network. Their names of tensors are the canonical ones.
 */

/** The networks of a pickle by name; a bare network is `G_ema`. Undefined where the value holds none. */
export function moduleNetworks(
  value: PickleValue,
): { readonly networks: ReadonlyMap<NetworkName, ModuleState>; readonly isBare: boolean } | undefined {
  const bare = moduleState(value);
  if (bare !== undefined) return { networks: new Map([['G_ema', bare]]), isBare: true };
  const networks = new Map<NetworkName, ModuleState>();
  for (const [key, candidate] of entriesOf(value) ?? []) {
    const name = typeof key === 'string' ? networkName(key) : undefined;
    const state = moduleState(candidate);
    if (name !== undefined && state !== undefined) networks.set(name, state);
  }
  return networks.size > 0 ? { networks, isBare: false } : undefined;
}

/**
 * Content of one network.
 *
 * @param network absent for a bare network
 * @throws InputFileError `TENSOR_UNREADABLE`, `ARCHITECTURE_UNSUPPORTED`, and those of `locateTensors`
 */
export async function readModuleNetwork(
  file: RandomAccessFile,
  state: ModuleState,
  network: NetworkName | undefined,
  resolve: StorageResolver,
): Promise<FileContent> {
  const { modules, tensors } = walkModules(file.path, state);
  const views = await locateTensors(file, tensors, resolve);
  return {
    format: 'stylegan2-ada-pytorch',
    ...(network === undefined ? {} : { network }),
    tensors: new Map([...views].map(([name, view]) => [name, storedView(view)])),
    hints: hintsOf(file.path, modules),
    metadata: {},
  };
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
