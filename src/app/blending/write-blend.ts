import { basename } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import {
  type InPlacePlan,
  type InPlaceReport,
  planInPlace,
} from '../../checkpoint/in-place/plan-in-place.js';
import { writeInPlace } from '../../checkpoint/in-place/write-in-place.js';
import type { NetworkName } from '../../checkpoint/readers/network-names.js';
import { requireRosinality, writeRosinality } from '../../checkpoint/writers/rosinality-write.js';
import { writeCheckpoint } from '../../checkpoint/writers/write.js';
import { UsageError, unlessAborted } from '../../errors.js';
import type { WrittenDType } from '../../formats/dtype.js';
import { blendModels, type Models } from '../../swap/blend.js';
import { OUTPUT_KEY, RECIPE_KEY } from '../../swap/recipe/recipe-keys.js';
import { blendMetadata, draftMetadata } from '../../swap/recipe/record.js';
import type { RecordedOutput, RecordedRecipe } from '../../swap/recipe/recorded.js';
import type { Recipe } from '../../swap/recipe/schema.js';
import type { BlendJob } from './job.js';
import type { OpenModels } from './open-models.js';
import { type OutputForm, outputForm, requireNoDType } from './output-form.js';

/** A blend that can be written: everything has been checked that can be without reading the weights. */
export interface PreparedBlend {
  readonly out: string;
  readonly form: OutputForm;
  readonly dtype: WrittenDType;
  /** By network. */
  readonly blends: ReadonlyMap<NetworkName, Checkpoint>;
  /** What the first of them is made of: recorded with the recipe. */
  readonly models: Models;
  readonly recipe: Recipe;
  readonly lossy: boolean | undefined;
  /** What becomes of a container's tensors. */
  readonly inPlace: InPlacePlan | undefined;
}

export interface WriteBlendOptions {
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Finds out how a blend will be written.
 * @throws as `outputForm`, `requireNoDType`, `blendModels`, `requireRosinality`, `planInPlace`
 */
export async function prepareBlend(job: BlendJob, models: OpenModels): Promise<PreparedBlend> {
  const { out, recipe, dtype = 'f32', lossy } = job;
  const form = await formOf(job, models);
  const blends = await job.explain(
    [],
    () => new Map([...models.networks].map(([name, inputs]) => [name, blendModels(inputs, recipe)] as const)),
  );
  const [[, first], inputs] = [[...blends][0]!, [...models.networks.values()][0]!];
  if (form.kind === 'rosinality') await requireRosinality(first, { lossy });
  const inPlace =
    form.kind === 'in-place' ? await planInPlace(out, form.container, blends, { lossy }) : undefined;
  return { out, form, dtype, blends, models: inputs, recipe, lossy, inPlace };
}

/** Writes a blend in the form that was chosen, with its recipe. */
export async function writeBlend(
  blend: PreparedBlend,
  options: WriteBlendOptions,
): Promise<{ recipe: RecordedRecipe; inPlace: InPlaceReport | undefined }> {
  const { out, form, blends, models, recipe, dtype, lossy } = blend;
  // All files are hashed while they are blended, on a thread of its own.
  const metadata = recordOf(blend, options.signal);
  metadata.catch(() => {});
  const lateMetadata = () => metadata;
  const [first] = blends.values() as Iterable<Checkpoint> as [Checkpoint];
  let inPlace: InPlaceReport | undefined;
  if (form.kind === 'in-place') {
    inPlace = await writeInPlace(out, form.container, blends, { ...options, lossy, metadata: lateMetadata });
  } else if (form.kind === 'rosinality') {
    await writeRosinality(out, first, { ...options, dtype, lossy, metadata: lateMetadata });
  } else {
    const draft = await draftMetadata(recipe, models);
    await writeCheckpoint(out, first, { ...options, dtype, metadata: draft, lateMetadata });
  }
  return { recipe: JSON.parse((await metadata)[RECIPE_KEY]) as RecordedRecipe, inPlace };
}

type BlendRecord = { readonly [RECIPE_KEY]: string } & Readonly<Record<string, string>>;

/** The recipe with the hashes of the inputs, and how the blend is written where that is not as safetensors. */
async function recordOf(
  { form, blends, models, recipe, lossy }: PreparedBlend,
  signal: AbortSignal | undefined,
): Promise<BlendRecord> {
  const metadata = await blendMetadata(recipe, models, { signal });
  if (form.kind === 'safetensors') return metadata;
  let output: RecordedOutput = { form: 'rosinality' };
  if (form.kind === 'in-place') {
    const { container: kind, path, sha256 } = form.container;
    output = {
      form: 'in-place',
      kind,
      container: { path: basename(path), sha256: await unlessAborted(sha256(), signal) },
      networks: [...blends.keys()],
      ...(lossy === true ? { lossy } : {}),
    };
  }
  return { ...metadata, [OUTPUT_KEY]: JSON.stringify(output) };
}

async function formOf(job: BlendJob, { container, base }: OpenModels): Promise<OutputForm> {
  const choose = () => {
    const form = outputForm(job.out, { container, source: base });
    requireNoDType(form, job.dtype);
    requireOneNetwork(form, job.out, job.networks);
    return form;
  };
  return job.outAt === undefined ? choose() : job.explain(job.outAt, choose);
}

/** Only a container has places for several networks. */
function requireOneNetwork(
  form: OutputForm,
  out: string,
  networks: readonly NetworkName[] | undefined,
): void {
  if (form.kind === 'in-place' || networks === undefined || networks.length === 1) return;
  throw new UsageError(
    'OPTIONS_EXCLUSIVE',
    `\`networks\`: expected one network for ${out}, which holds one, found ${networks.join(', ')}`,
    { hint: 'several are written in place of a training snapshot, into a .pkl' },
  );
}
