import { InputFileError, throwIfAborted } from '../../errors.js';
import type { Container } from '../../formats/container.js';
import { BYTES_PER_ELEMENT, type StoredDType } from '../../formats/dtype.js';
import type { Wrapping } from '../../formats/unwrap.js';
import { elementCount } from '../../numbers/shape.js';
import type { AnyArchitecture } from '../architecture/architecture.js';
import { type Checkpoint, type CheckpointFormat, resolutionOf } from '../checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from '../checkpoint-file.js';
import type { NetworkName } from '../readers/network-names.js';
import { type SecurityReport, securityReport } from './security-report.js';

/** What a file is, found out without reading its tensors. */
export interface Inspection {
  readonly path: string;
  /** Bytes on the disk. */
  readonly size: number;
  readonly container: Container;
  /** Archives around the container, from the outside inwards. */
  readonly wrappings: readonly Wrapping[];
  readonly format: CheckpointFormat;
  readonly networks: readonly NetworkInspection[];
  readonly metadata: Readonly<Record<string, string>>;
  /** What the original loader would have run; undefined for formats that cannot hold code. */
  readonly security: SecurityReport | undefined;
}

export interface NetworkInspection {
  readonly name: NetworkName;
  /** Undefined where the network is none that is known; `problem` says why. */
  readonly architecture: AnyArchitecture | undefined;
  readonly problem: string | undefined;
  readonly tensors: number;
  readonly parameters: number;
  /** Bytes of the tensors as they are stored. */
  readonly bytes: number;
  /** Tensors by stored type. */
  readonly dtypes: ReadonlyMap<StoredDType, number>;
  /** In the order of the resolutions; null stands for what belongs to none. */
  readonly resolutions: readonly ResolutionSize[];
}

export interface ResolutionSize {
  /** In pixels; null for the mapping network. */
  readonly resolution: number | null;
  /** How many. */
  readonly tensors: number;
  /** Numbers in all of them. */
  readonly parameters: number;
  /** As they are stored. */
  readonly bytes: number;
}

/**
 * Describes a file of any known format. A network that is not known is described as far as it goes.
 *
 * @throws InputFileError as `openCheckpointFile`, and where the file is damaged
 */
export async function inspectFile(path: string): Promise<Inspection> {
  await using file = await openCheckpointFile(path);
  return await inspectOpenFile(file);
}

/** {@link inspectFile} for a file that is open, and stays open. */
export async function inspectOpenFile(file: CheckpointFile): Promise<Inspection> {
  const networks: NetworkInspection[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const name of file.networks) {
    const content = await file.content(name);
    metadata = { ...metadata, ...content.metadata };
    const checkpoint = await known(() => file.checkpoint(name));
    networks.push(measure(name, checkpoint, content.tensors));
  }
  const { path, size, container, wrappings, format } = file;
  return {
    path,
    size,
    container,
    wrappings,
    format,
    networks,
    metadata,
    security: await securityReport(file),
  };
}

/** A checkpoint, or why it is none. */
async function known(open: () => Promise<Checkpoint>): Promise<Checkpoint | InputFileError> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof InputFileError && error.code.startsWith('ARCHITECTURE_')) return error;
    throw error;
  }
}

type Infos = ReadonlyMap<string, { readonly shape: readonly number[]; readonly dtype: StoredDType }>;

function measure(name: NetworkName, found: Checkpoint | InputFileError, stored: Infos): NetworkInspection {
  const isKnown = !(found instanceof InputFileError);
  const infos: Infos = isKnown ? found.tensors : stored;
  const dtypes = new Map<StoredDType, number>();
  const rows = new Map<number | null, { tensors: number; parameters: number; bytes: number }>();
  for (const [tensor, { shape, dtype }] of infos) {
    const count = elementCount(shape);
    dtypes.set(dtype, (dtypes.get(dtype) ?? 0) + 1);
    const resolution = resolutionOf(tensor);
    const row = rows.get(resolution) ?? { tensors: 0, parameters: 0, bytes: 0 };
    row.tensors += 1;
    row.parameters += count;
    row.bytes += count * BYTES_PER_ELEMENT[dtype];
    rows.set(resolution, row);
  }
  const resolutions = [...rows]
    .map(([resolution, row]) => ({ resolution, ...row }))
    .sort((a, b) => (a.resolution ?? 0) - (b.resolution ?? 0));
  const total = (key: 'parameters' | 'bytes') => resolutions.reduce((sum, row) => sum + row[key], 0);
  return {
    name,
    architecture: isKnown ? found.architecture : undefined,
    problem: isKnown ? undefined : found.message,
    tensors: infos.size,
    parameters: total('parameters'),
    bytes: total('bytes'),
    dtypes,
    resolutions,
  };
}

export interface TensorStatistics {
  /** As the network calls it. */
  readonly name: string;
  /** Its extents; none for a single number. */
  readonly shape: readonly number[];
  /** How its numbers are stored. */
  readonly dtype: StoredDType;
  /** Mean of the finite values; NaN where there are none. */
  readonly mean: number;
  /** Standard deviation (of the population) of the finite values; NaN where there are none. */
  readonly deviation: number;
  /** The smallest finite value. */
  readonly min: number;
  /** The largest finite value. */
  readonly max: number;
  /** How many values are no numbers. */
  readonly nan: number;
  /** How many values are infinite. */
  readonly infinite: number;
}

/** Statistics of every tensor, one after the other: one tensor is in memory at a time. */
export async function* tensorStatistics(
  checkpoint: Pick<Checkpoint, 'tensors' | 'read'>,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<TensorStatistics> {
  for (const { name, shape, dtype } of checkpoint.tensors.values()) {
    throwIfAborted(options.signal);
    yield { name, shape, dtype, ...statisticsOf(await checkpoint.read(name)) };
  }
}

/** Statistics of some values; sums are taken in 64 bits around the first value. */
export function statisticsOf(values: Float32Array): Omit<TensorStatistics, 'name' | 'shape' | 'dtype'> {
  let [nan, infinite, count, sum, squares] = [0, 0, 0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let origin = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) {
      // Differences from some value of the tensor keep the digits of a deviation that is small beside the mean.
      if (count === 0) origin = value;
      count++;
      sum += value - origin;
      squares += (value - origin) ** 2;
      if (value < min) min = value;
      if (value > max) max = value;
    } else if (Number.isNaN(value)) nan++;
    else infinite++;
  }
  if (count === 0)
    return { mean: Number.NaN, deviation: Number.NaN, min: Number.NaN, max: Number.NaN, nan, infinite };
  const shifted = sum / count;
  const deviation = Math.sqrt(Math.max(squares / count - shifted ** 2, 0));
  return { mean: origin + shifted, deviation, min, max, nan, infinite };
}
