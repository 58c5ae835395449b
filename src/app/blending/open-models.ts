import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { type CheckpointFile, openCheckpointFile } from '../../checkpoint/checkpoint-file.js';
import { resolveModel } from '../../checkpoint/names.js';
import { type NetworkName, networkName } from '../../checkpoint/readers/network-names.js';
import { InputFileError, throwIfAborted, unlessAborted } from '../../errors.js';
import { blendModels, ingredientsOf, type Models } from '../../swap/blend.js';
import { requireSameShape } from '../../swap/compare.js';
import { othersOf } from '../../swap/recipe/recipe.js';
import type { BlendJob } from './job.js';

/** The open files of a blend, and the networks in them that are blended. */
export interface OpenModels extends AsyncDisposable {
  /** Where the base comes from; of a base that is a blend itself, the file of its base. */
  readonly base: CheckpointFile;
  /** Files that are read. */
  readonly files: readonly CheckpointFile[];
  /** What `container` names. */
  readonly container: CheckpointFile | undefined;
  /** The models of the recipe by network; at least one. */
  readonly networks: ReadonlyMap<NetworkName, Models>;
  close(): Promise<void>;
}

export interface OpenModelsOptions {
  /** Whether the hashes that a recipe asks for are computed. */
  readonly checkHashes: boolean;
  readonly signal?: AbortSignal;
  /** Open files by path, for several blends of the same files; whoever gives them closes them. */
  readonly shared?: Map<string, Promise<CheckpointFile>>;
}

/**
 * Opens the models of a blend and compares them; nothing of the weights is read, but for a SHA-256 that the recipe
 * asks for, where `checkHashes` says so.
 *
 * @throws as `resolveModel` and `openCheckpointFile`; InputFileError `NETWORK_MISSING`, `MODEL_HASH`,
 *   `CHECKPOINTS_DIFFER`, each with the line of a recipe file
 */
export async function openBlendModels(
  job: BlendJob,
  { checkHashes, signal, shared }: OpenModelsOptions,
): Promise<OpenModels> {
  const files: CheckpointFile[] = [];
  const close = async () => {
    await Promise.all(files.map((file) => file.close()));
  };
  const open = async (model: string) => {
    throwIfAborted(signal);
    const { path } = resolveModel(model);
    const opening = shared?.get(path) ?? openCheckpointFile(path);
    shared?.set(path, opening);
    const file = await opening;
    if (shared === undefined) files.push(file);
    return file;
  };
  try {
    const opened = await openSources(job, open);
    const container = job.container === undefined ? undefined : await open(job.container);
    const base = fileOf(opened.get(job.recipe.base)!);
    const networks = new Map<NetworkName, Models>();
    for (const wanted of job.networks ?? [undefined]) {
      networks.set(wanted ?? networkName(base.networks[0]!)!, await checkpointsOf(job, opened, wanted));
    }
    throwIfAborted(signal);
    if (checkHashes) await requireHashes(job, [...networks.values()][0]!, signal);
    return { base, files, container, networks, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An open file, or what a nested recipe has opened. */
type Opened = CheckpointFile | { readonly job: BlendJob; readonly models: ReadonlyMap<string, Opened> };

async function openSources(
  { recipe, nested, explain }: BlendJob,
  open: (model: string) => Promise<CheckpointFile>,
): Promise<Map<string, Opened>> {
  // At once, as much of it is waiting; nothing is left behind that could open after a failure.
  const opening = await Promise.allSettled(
    Object.entries(recipe.models).map(async ([name, { model = name }]): Promise<[string, Opened]> => {
      const job = nested.get(name);
      const source = () => (job === undefined ? open(model) : openNested(job, open));
      return [name, await explain(['models', name], source)];
    }),
  );
  const failed = opening.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return new Map(opening.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
}

async function openNested(job: BlendJob, open: (model: string) => Promise<CheckpointFile>): Promise<Opened> {
  return { job, models: await openSources(job, open) };
}

function fileOf(opened: Opened): CheckpointFile {
  return 'job' in opened ? fileOf(opened.models.get(opened.job.recipe.base)!) : opened;
}

/** One network of every model; they are compared with the base. */
async function checkpointsOf(
  { recipe, explain }: BlendJob,
  opened: ReadonlyMap<string, Opened>,
  network: NetworkName | undefined,
): Promise<Models> {
  const models = new Map<string, Checkpoint>();
  for (const [name, source] of opened) {
    models.set(name, await explain(['models', name], () => checkpointOf(source, network)));
  }
  for (const name of othersOf(recipe)) {
    const [base, other] = [models.get(recipe.base)!, models.get(name)!];
    await explain(['models', name], () => requireSameShape(base, other, { common: recipe.common }));
  }
  return models;
}

async function checkpointOf(opened: Opened, network: NetworkName | undefined): Promise<Checkpoint> {
  if (!('job' in opened)) return opened.checkpoint(network);
  const { job, models } = opened;
  const inputs = await checkpointsOf(job, models, network);
  return job.explain([], () => blendModels(inputs, job.recipe));
}

/** @throws InputFileError `MODEL_HASH` */
async function requireHashes(job: BlendJob, models: Models, signal: AbortSignal | undefined): Promise<void> {
  for (const [name, { sha256 }] of Object.entries(job.recipe.models)) {
    const checkpoint = models.get(name)!;
    const nested = job.nested.get(name);
    if (nested !== undefined) await requireHashes(nested, ingredientsOf(checkpoint)!.models, signal);
    else if (sha256 !== undefined) {
      await job.explain(['models', name, 'sha256'], () => requireHash(name, checkpoint, sha256, signal));
    }
  }
}

async function requireHash(
  name: string,
  checkpoint: Checkpoint,
  expected: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const found = await unlessAborted(checkpoint.sha256(), signal);
  if (found === expected) return;
  throw new InputFileError(
    'MODEL_HASH',
    `models.${name}: expected SHA-256 ${expected} of ${checkpoint.origin.path}, found ${found}`,
    { hint: 'this is another file than the one that the recipe was written for' },
  );
}
