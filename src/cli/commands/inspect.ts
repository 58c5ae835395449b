import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from '../../checkpoint/checkpoint-file.js';
import {
  type Inspection,
  inspectOpenFile,
  type NetworkInspection,
  type TensorStatistics,
  tensorStatistics,
} from '../../checkpoint/inspect/inspect.js';
import { resolveModel } from '../../checkpoint/names.js';
import { networkName } from '../../checkpoint/readers/network-names.js';
import { sha256OfFile } from '../../files/sha256.js';
import {
  OUTPUT_KEY,
  RECIPE_KEY,
  type RecordedOutput,
  type RecordedRecipe,
} from '../../swap/recipe/recipe-metadata.js';
import { fileLines, metadataLines, networkLines } from '../inspect-lines.js';
import type { Context, Outcome } from '../outcome.js';
import { outputLines, recipeLines } from '../recipe-lines.js';
import { securityLines } from '../security-lines.js';
import { statisticsLines } from '../statistics-lines.js';

interface InspectOptions {
  readonly network?: string;
  readonly tensors?: true;
}

/** `blend inspect MODEL`: what a file holds. Values are read for `--tensors` only. */
export async function inspectCommand(
  model: string,
  options: InspectOptions,
  context: Context,
): Promise<Outcome> {
  const file = await openCheckpointFile(resolveModel(model).path);
  try {
    // Hashed on a thread of its own meanwhile.
    const hashing = sha256OfFile(file.path);
    hashing.catch(() => {});
    const inspection = await inspectOpenFile(file);
    const networks = await chosen(file, inspection, options.network);
    const statistics = new Map<NetworkInspection, readonly TensorStatistics[]>();
    if (options.tensors) {
      for (const network of networks) statistics.set(network, await measure(file, network, context));
    }
    const sha256 = await hashing;
    const { security, metadata } = inspection;
    const { recipe, output } = await recordOf(metadata);
    return {
      document: {
        ...inspection,
        sha256,
        networks: networks.map((network) => networkDocument(network, statistics.get(network))),
        ...(recipe === undefined ? {} : { recipe }),
        ...(output === undefined ? {} : { output }),
      },
      lines: [
        ...fileLines(inspection, sha256),
        ...networks.flatMap((network) => [
          '',
          ...networkLines(network, inspection.networks.length > 1),
          ...statisticsLines(statistics.get(network)),
        ]),
        ...(security === undefined ? [] : ['', ...securityLines(security)]),
        ...(recipe === undefined ? [] : ['', ...recipeLines(recipe), ...outputLines(output)]),
        ...metadataLines(metadata, { [RECIPE_KEY]: recipe, [OUTPUT_KEY]: output }),
      ],
    };
  } finally {
    await file.close();
  }
}

/** The schema of recipes takes longer to load than most files to inspect. */
async function recordOf(
  metadata: Inspection['metadata'],
): Promise<{ recipe?: RecordedRecipe; output?: RecordedOutput }> {
  if (!Object.hasOwn(metadata, RECIPE_KEY)) return {};
  const { parseOutput, parseRecipe } = await import('../../swap/recipe/parse-recipe.js');
  const recipe = parseRecipe(metadata);
  return recipe === undefined ? {} : { recipe, output: parseOutput(metadata) };
}

/** @throws InputFileError `NETWORK_MISSING` */
async function chosen(
  file: CheckpointFile,
  { networks }: Inspection,
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
  { signal, terminal }: Context,
): Promise<TensorStatistics[]> {
  const progress = await terminal.progress({ label: `reading ${network.name}`, total: network.tensors });
  const found: TensorStatistics[] = [];
  try {
    for await (const statistics of tensorStatistics(await readable(file, network), { signal })) {
      found.push(statistics);
      progress.update(found.length);
    }
  } finally {
    progress.finish();
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

/** For JSON, which has no maps. */
function networkDocument(
  { architecture, dtypes, ...rest }: NetworkInspection,
  statistics: readonly TensorStatistics[] | undefined,
): Record<string, unknown> {
  const settings = Object.entries(architecture ?? {}).map(([key, value]) => [
    key,
    value instanceof Map ? Object.fromEntries(value) : value,
  ]);
  return {
    ...rest,
    architecture: architecture === undefined ? null : Object.fromEntries(settings),
    dtypes: Object.fromEntries(dtypes),
    ...(statistics === undefined ? {} : { statistics }),
  };
}
