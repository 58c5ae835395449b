import { InputFileError, UsageError } from '../../errors.js';
import type { Checkpoint } from '../checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from '../checkpoint-file.js';
import type { InPlaceReport } from '../in-place/plan-in-place.js';
import { writeInPlace } from '../in-place/write-in-place.js';
import type { NetworkName } from '../readers/network-names.js';
import { networkName } from '../readers/network-names.js';
import { requireRosinality, writeRosinality } from '../writers/rosinality-write.js';
import { writeCheckpoint } from '../writers/write.js';
import { lostInContainer, lostInTensors, lostNetworks, roundedInContainer } from './conversion-losses.js';
import type { ConversionOptions } from './convert-options.js';

export interface ConvertReport {
  /** The networks that are written. */
  readonly networks: readonly NetworkName[];
  /** What the output lacks of the input, in words; empty for a conversion without loss. */
  readonly lost: readonly string[];
  /** What became of a container's tensors. */
  readonly inPlace?: InPlaceReport;
}

/**
 * Writes a network of a file in another form.
 *
 * @throws UsageError `CONVERT_LOSES` naming what would be lost, unless `lossy`; `FORMAT_CANNOT_HOLD`,
 *   `CONTAINER_MISSING`; and those of the readers and writers
 */
export async function convertCheckpoint(
  input: string,
  output: string,
  options: ConversionOptions,
): Promise<ConvertReport> {
  return withConversion(input, options, async ({ networks, container, lost, hint }) => {
    if (lost.length > 0 && options.lossy !== true) throw losesSomething(input, lost, hint);
    const report = { networks: [...networks.keys()], lost };
    if (options.dryRun === true) return report;
    const [checkpoint] = networks.values() as Iterable<Checkpoint> as [Checkpoint];
    const metadata = { ...checkpoint.metadata, ...options.metadata };
    if (container !== undefined) {
      const strict = options.lossy !== true;
      const inPlace = await writeInPlace(output, container, networks, { ...options, metadata, strict });
      return { ...report, lost: [...lost, ...roundedInContainer(inPlace)], inPlace };
    }
    const write = options.format === 'rosinality' ? writeRosinality : writeCheckpoint;
    await write(output, checkpoint, { ...options, metadata });
    return report;
  });
}

/** Everything that {@link convertCheckpoint} would lose, as far as it can be found out without reading values. */
export async function lostByConverting(input: string, options: ConversionOptions): Promise<string[]> {
  return withConversion(input, options, async ({ lost }) => lost);
}

interface Conversion {
  readonly networks: ReadonlyMap<NetworkName, Checkpoint>;
  readonly container: CheckpointFile | undefined;
  readonly lost: string[];
  readonly hint: string | undefined;
}

async function withConversion<T>(
  input: string,
  options: ConversionOptions,
  work: (conversion: Conversion) => Promise<T>,
): Promise<T> {
  const file = await openCheckpointFile(input);
  let container: CheckpointFile | undefined;
  try {
    if (options.format === 'container') container = await openCheckpointFile(requireContainer(options));
    const networks = await networksOf(file, container, options);
    if (options.format === 'rosinality') {
      for (const checkpoint of networks.values()) await requireRosinality(checkpoint, { lossy: true });
    }
    const lost = options.network === undefined ? lostNetworks(file, networks) : [];
    const hint = lost.length > 0 ? 'accept it with `lossy`, or name one network with `network`' : undefined;
    for (const checkpoint of networks.values()) lost.push(...lostInTensors(checkpoint, options));
    if (container !== undefined) lost.push(...(await lostInContainer(container, networks)));
    return await work({ networks, container, lost, hint });
  } finally {
    await file.close();
    await container?.close();
  }
}

/** The network that was asked for, or what both files have; without a container the file's first. */
async function networksOf(
  file: CheckpointFile,
  container: CheckpointFile | undefined,
  { network }: ConversionOptions,
): Promise<Map<NetworkName, Checkpoint>> {
  const first = file.networks[0]!;
  if (network !== undefined)
    return new Map([[networkName(network) ?? first, await file.checkpoint(network)]]);
  const shared = new Map<NetworkName, Checkpoint>();
  for (const name of container === undefined ? [] : file.networks) {
    const pair = await Promise.all([networkIn(file, name), networkIn(container!, name)]);
    if (pair[0]?.architecture.family === pair[1]?.architecture.family && pair[0]) shared.set(name, pair[0]);
  }
  return shared.size > 0 ? shared : new Map([[first, await file.checkpoint(first)]]);
}

/** A network, where the file has it and it is one that is known. */
async function networkIn(file: CheckpointFile, name: NetworkName): Promise<Checkpoint | undefined> {
  if (!file.networks.includes(name)) return undefined;
  try {
    return await file.checkpoint(name);
  } catch (error) {
    if (error instanceof InputFileError && error.code.startsWith('ARCHITECTURE_')) return undefined;
    throw error;
  }
}

function requireContainer({ container }: ConversionOptions): string {
  if (container !== undefined) return container;
  throw new UsageError('CONTAINER_MISSING', 'expected a file whose form the output takes, found none', {
    hint: 'name it with `container`',
  });
}

function losesSomething(input: string, lost: readonly string[], hint = 'accept it with `lossy`'): UsageError {
  return new UsageError(
    'CONVERT_LOSES',
    `${input}: expected a format that holds all of it, would lose ${lost.join('; ')}`,
    { hint },
  );
}
