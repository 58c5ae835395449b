import { InputFileError } from '../errors.js';
import { type Closing, closing } from '../files/closing.js';
import { openForReading, type RandomAccessFile } from '../files/random-access.js';
import { sha256OfFile } from '../files/sha256.js';
import { type Container, sniff } from '../formats/container.js';
import { describePickle } from '../formats/file-kinds.js';
import { readTrailer } from '../formats/note/trailer.js';
import { readZipNote } from '../formats/note/zip-note.js';
import { ByteWindow } from '../formats/pickle/byte-window.js';
import { readPickle } from '../formats/pickle/interpreter.js';
import { ByteRange, type PickleValue } from '../formats/pickle/values.js';
import { readSafetensors } from '../formats/safetensors/read.js';
import { embeddedStorages, readLegacyTorch } from '../formats/torch/legacy.js';
import { locateTensors } from '../formats/torch/locate.js';
import { moduleState } from '../formats/torch/module.js';
import type { StorageResolver } from '../formats/torch/storage.js';
import { parseTensor } from '../formats/torch/tensor.js';
import { readTorchZip } from '../formats/torch/zip.js';
import { unwrap, type Wrapping } from '../formats/unwrap.js';
import type { ZipDirectory } from '../formats/zip/directory.js';
import type { Checkpoint, CheckpointFormat } from './checkpoint.js';
import { fileCheckpoint } from './readers/file-checkpoint.js';
import type { FileContent } from './readers/file-content.js';
import { NETWORK_NAMES, type NetworkName, networkName } from './readers/network-names.js';
import type { NetworkReader } from './readers/network-reader.js';
import { safetensorsNetworks } from './readers/safetensors-networks.js';
import { isLucidrains, lucidrainsNetworks, readState, stateDictsOf } from './readers/state-dict.js';
import { moduleNetworks, readModuleNetwork } from './readers/stylegan2-ada.js';
import { readTensorflow, tensorflowNetworks } from './readers/tensorflow.js';

/** An open file with its networks. */
export interface CheckpointFile extends Closing {
  /** Path as it was given. */
  readonly path: string;
  /** Bytes of the file as it is on the disk. */
  readonly size: number;
  readonly container: Container;
  /** Archives around it, from the outside inwards. */
  readonly wrappings: readonly Wrapping[];
  readonly format: CheckpointFormat;
  /** Its networks, the one that is read by default first. */
  readonly networks: readonly NetworkName[];
  /** What the container holds the tensors in: the file itself, or what was unpacked. */
  readonly file: RandomAccessFile;
  /** The directory of a torch zip file. */
  readonly directory?: ZipDirectory;
  /** What a pickle turned into, and the classes and functions that it names with how often. */
  readonly pickle?: NetworkReader['pickle'];
  /** Metadata behind a pickle or in a torch file; that of safetensors is in its header. */
  readonly note?: NetworkReader['note'];
  /** SHA-256 of the file's bytes as lower-case hex; computed once. */
  sha256(): Promise<string>;
  /**
   * What is in the file of one network.
   * @throws InputFileError `NETWORK_MISSING`, and those of the readers
   */
  content(network?: string): Promise<FileContent>;
  /**
   * One network as a checkpoint. Closing it does not close the file.
   * @throws InputFileError as `content`, and where it is no network that is known
   */
  checkpoint(network?: string): Promise<Checkpoint>;
}

/**
 * Opens a file of any known format and lists its networks. The format is found from the content, never from the
 * file's name; tensors are read when they are asked for, and nothing in the file is ever executed.
 *
 * @throws InputFileError `NOT_A_CHECKPOINT`, and those of `openForReading`, `unwrap` and the readers
 */
export async function openCheckpointFile(path: string): Promise<CheckpointFile> {
  return readCheckpointFile(await openForReading(path));
}

/** {@link openCheckpointFile} for a file that is open already. Closes it where that fails. */
export async function readCheckpointFile(file: RandomAccessFile): Promise<CheckpointFile> {
  const inner = await unwrap(file);
  try {
    return describe(file, inner, await findReader(inner.file, inner.directory));
  } catch (error) {
    await inner.file.close();
    throw error;
  }
}

function describe(
  outer: RandomAccessFile,
  inner: { file: RandomAccessFile; wrappings: readonly Wrapping[]; directory?: ZipDirectory },
  reader: NetworkReader,
): CheckpointFile {
  const networks = NETWORK_NAMES.filter((name) => reader.networks.includes(name));
  const contents = new Map<NetworkName, Promise<FileContent>>();
  // The same object each time: what is compared knows it again.
  const checkpoints = new Map<FileContent, Checkpoint>();
  const content = async (wanted?: string): Promise<FileContent> => {
    const name = select(outer.path, networks, wanted, reader.isBare === true);
    const pending = contents.get(name) ?? withNote(reader, name);
    contents.set(name, pending);
    return pending;
  };
  let hashing: Promise<string> | undefined;
  const sha256 = () => {
    hashing ??= sha256OfFile(outer.path);
    return hashing;
  };
  return {
    path: outer.path,
    size: outer.size,
    container: reader.container,
    wrappings: inner.wrappings,
    format: reader.format,
    networks,
    file: inner.file,
    directory: inner.directory,
    pickle: reader.pickle,
    note: reader.note,
    sha256,
    content,
    checkpoint: async (wanted) => {
      const found = await content(wanted);
      const known = checkpoints.get(found) ?? {
        ...fileCheckpoint(outer, found),
        sha256,
        ...closing(async () => {}),
      };
      checkpoints.set(found, known);
      return known;
    },
    ...closing(() => inner.file.close()),
  };
}

async function withNote({ read, note }: NetworkReader, name: NetworkName): Promise<FileContent> {
  const content = await read(name);
  return note === undefined ? content : { ...content, metadata: { ...content.metadata, ...note.metadata } };
}

/** @throws InputFileError `NETWORK_MISSING` */
function select(
  path: string,
  networks: readonly NetworkName[],
  wanted: string | undefined,
  isBare: boolean,
): NetworkName {
  const first = networks[0]!;
  if (wanted === undefined) return first;
  const name = networkName(wanted);
  if (name !== undefined && networks.includes(name)) return name;
  if (isBare && (name === 'G' || name === 'G_ema')) return first;
  throw new InputFileError(
    'NETWORK_MISSING',
    `${path}: expected a network called ${wanted.slice(0, 40)}, found ${networks.join(', ')}`,
  );
}

async function findReader(
  file: RandomAccessFile,
  directory: ZipDirectory | undefined,
): Promise<NetworkReader> {
  const found = await sniff(file, directory);
  const globals = new Map<string, number>();
  switch (found.container) {
    case 'torch-zip': {
      const { value, resolve } = await readTorchZip(file, found.directory, found.pickleName, { globals });
      const reader = torchReader(file, 'torch-zip', { value, globals }, resolve);
      return { ...reader, note: await readZipNote(file, found.directory, found.pickleName) };
    }
    case 'torch-legacy': {
      const { value, resolve, end } = await readLegacyTorch(file, new ByteRange(0, file.size), { globals });
      const reader = torchReader(file, 'torch-legacy', { value, globals }, resolve);
      return { ...reader, note: await readTrailer(file, end) };
    }
    case 'safetensors':
      return safetensorsNetworks(await readSafetensors(file));
    case 'pickle':
      return pickleReader(file, globals);
    default:
      throw notRead(file.path, found.kind);
  }
}

/** A bare pickle: of TensorFlow's tools, or of torch's with the tensors' bytes inside. */
async function pickleReader(file: RandomAccessFile, globals: Map<string, number>): Promise<NetworkReader> {
  const window = new ByteWindow(file);
  const value = await readPickle(window, { globals });
  const pickle = { value, globals };
  const note = await readTrailer(file, window.position);
  const tensorflow = tensorflowNetworks(value);
  if (tensorflow !== undefined) {
    return {
      container: 'pickle',
      format: 'tensorflow',
      networks: [...tensorflow.keys()],
      pickle,
      note,
      read: (network) => readTensorflow(file, tensorflow.get(network)!, network),
    };
  }
  return { ...torchReader(file, 'pickle', pickle, embeddedStorages(file, globals)), note };
}

/** Networks of torch: modules (stylegan2-ada-pytorch, stylegan3) or state dicts, in any of its containers. */
function torchReader(
  file: RandomAccessFile,
  container: Container,
  pickle: { value: PickleValue; globals: Map<string, number> },
  resolve: StorageResolver,
): NetworkReader {
  const { value } = pickle;
  const modules = moduleNetworks(value);
  if (modules !== undefined) {
    const { networks, isBare } = modules;
    return {
      container,
      format: 'stylegan2-ada-pytorch',
      networks: [...networks.keys()],
      isBare,
      pickle,
      read: (network) =>
        readModuleNetwork(file, networks.get(network)!, isBare ? undefined : network, resolve),
    };
  }
  const states = stateDictsOf(value);
  if (states === undefined) throw notRead(file.path, describePickle(value));
  const { networks, latentAverage } = states;
  const [first] = networks.values();
  const isBundle = networks.size === 1 && first !== undefined && isLucidrains(first.keys());
  const average = latentAverage !== undefined && parseTensor(latentAverage) !== undefined;
  return {
    container,
    format: isBundle ? 'lucidrains' : 'rosinality',
    networks: isBundle ? lucidrainsNetworks(first.keys()) : [...networks.keys()],
    isBare: moduleState(value) === undefined && networks.size === 1,
    pickle,
    read: async (network) => {
      const state = await locateTensors(file, isBundle ? first : networks.get(network)!, resolve);
      const extra = average
        ? await locateTensors(file, new Map([['latent_avg', latentAverage]]), resolve)
        : undefined;
      return readState(file.path, { state, latentAverage: extra?.get('latent_avg') }, { network });
    },
  };
}

function notRead(path: string, kind: { what: string; hint?: string }): InputFileError {
  return new InputFileError(
    'NOT_A_CHECKPOINT',
    `${path}: expected a generator (safetensors, or a pickle or torch file of StyleGAN), found ${kind.what}`,
    { hint: kind.hint },
  );
}
