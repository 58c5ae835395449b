import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from '../checkpoint/checkpoint-file.js';
import {
  type Inspection,
  inspectOpenFile,
  type NetworkInspection,
  type TensorStatistics,
  tensorStatistics,
} from '../checkpoint/inspect/inspect.js';
import type { SecurityReport } from '../checkpoint/inspect/security-report.js';
import { resolveModel } from '../checkpoint/names.js';
import { networkName } from '../checkpoint/readers/network-names.js';
import { unlessAborted } from '../errors.js';
import { RECIPE_KEY } from '../swap/recipe/recipe-keys.js';
import type { RecordedOutput } from '../swap/recipe/recorded.js';
import { type NetworkDocument, networkDocument } from './inspecting/network-document.js';
import type { InspectedRecipe, InspectedRecord } from './inspecting/record.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface InspectOptions extends Run {
  /** Only this network of a file with several. */
  readonly network?: string;
  /** Also read every tensor: mean, deviation, range, and what is not finite. */
  readonly tensors?: boolean;
}

/** What `inspect` answers. */
export interface InspectDocument {
  /** The file. */
  readonly path: string;
  /** Bytes on the disk. */
  readonly size: number;
  /** SHA-256 of the file. */
  readonly sha256: string;
  /** How the file is arranged: `safetensors`, `pickle`, `torch-zip` or `torch-legacy`. */
  readonly container: Inspection['container'];
  /** Archives around that, from the outside inwards. */
  readonly wrappings: Inspection['wrappings'];
  /** Whose form the networks have. */
  readonly format: Inspection['format'];
  /** Names of all networks that the file has. */
  readonly networkNames: readonly string[];
  /** What is in each network that was asked for. */
  readonly networks: readonly NetworkDocument[];
  /** Free text that the file carries, by key. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What opening the file in Python would have run; absent for formats that hold no code. */
  readonly security?: SecurityReport;
  /** How the file was blended, where it says so. */
  readonly recipe?: InspectedRecipe;
  /** How the blend was written, where that is not as safetensors. */
  readonly output?: RecordedOutput;
}

/**
 * What a file holds, what Python would have run to open it, and how it was blended. Reads values for `tensors` only.
 *
 * @param model name of a generator, or path of a file
 * @throws as `resolveModel`, `openCheckpointFile`; InputFileError `NETWORK_MISSING`; AbortedError
 * @example const { document } = await inspect('ffhq.pkl', { tensors: true });
 */
export async function inspect(model: string, options: InspectOptions = {}): Promise<Answer<InspectDocument>> {
  const report = new Report(options);
  await using file = await openCheckpointFile(resolveModel(model).path);
  // Hashed on a thread of its own meanwhile.
  const hashing = file.sha256();
  hashing.catch(() => {});
  const inspection = await inspectOpenFile(file);
  const { path, size, container, wrappings, format, networks: all, metadata, security } = inspection;
  const networks: NetworkDocument[] = [];
  for (const network of await chosen(file, all, options.network)) {
    const statistics = options.tensors === true ? await measure(file, network, report) : undefined;
    networks.push(networkDocument(network, statistics));
  }
  const sha256 = await unlessAborted(hashing, options.signal);
  const networkNames = all.map(({ name }) => name);
  const { recipe, output } = await recorded(metadata, all);
  return report.answer({
    ...{ path, size, sha256, container, wrappings, format, networkNames, networks },
    ...{ metadata, security, recipe, output },
  });
}

/** The schema of recipes takes longer to load than most files to inspect. */
async function recorded(
  metadata: Inspection['metadata'],
  networks: readonly NetworkInspection[],
): Promise<InspectedRecord> {
  if (!Object.hasOwn(metadata, RECIPE_KEY)) return {};
  const { recordOf } = await import('./inspecting/record.js');
  const known = networks.find(({ architecture }) => architecture !== undefined);
  return recordOf(metadata, known === undefined ? [] : resolutionsOf(known.architecture!));
}

/** @throws InputFileError `NETWORK_MISSING` */
async function chosen(
  file: CheckpointFile,
  networks: readonly NetworkInspection[],
  wanted: string | undefined,
): Promise<readonly NetworkInspection[]> {
  if (wanted === undefined) return networks;
  await file.content(wanted);
  const named = networks.filter(({ name }) => name === networkName(wanted));
  // One network without a name answers to several.
  return named.length > 0 ? named : networks.slice(0, 1);
}

async function measure(
  file: CheckpointFile,
  network: NetworkInspection,
  report: Report,
): Promise<TensorStatistics[]> {
  const { signal } = report;
  const onTensor = report.stage(`reading ${network.name}`, network.tensors);
  const found: TensorStatistics[] = [];
  for await (const statistics of tensorStatistics(await readable(file, network), { signal })) {
    found.push(statistics);
    onTensor(found.length);
  }
  return found;
}

/** Also a network of no known architecture has tensors. */
async function readable(
  file: CheckpointFile,
  { name, architecture }: NetworkInspection,
): Promise<Pick<Checkpoint, 'tensors' | 'read'>> {
  if (architecture !== undefined) return file.checkpoint(name);
  const { tensors } = await file.content(name);
  const infos = Array.from(tensors, ([name, { shape, dtype }]) => [name, { name, shape, dtype }] as const);
  return { tensors: new Map(infos), read: (name) => tensors.get(name)!.read() };
}
