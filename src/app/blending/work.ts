import type { NetworkName } from '../../checkpoint/readers/network-names.js';
import type { WrittenDType } from '../../formats/dtype.js';
import { definedOf } from '../../json/defined.js';
import type { BlendJob, OutputChoice } from './job.js';
import { type OpenModels, openBlendModels } from './open-models.js';
import { blendJob } from './open-recipe.js';
import { type NetworkPlanRow, planNetworks } from './plan.js';
import type { BlendSource } from './source.js';
import { type PreparedBlend, prepareBlend } from './write-blend.js';

/** What options may say of a blend beside its source. */
export interface JobOptions extends OutputChoice {
  readonly out?: string;
  readonly preview?: string;
  readonly seeds?: readonly number[];
  readonly class?: number;
  readonly signal?: AbortSignal;
}

/** A blend with its models open, checked as far as that goes without reading the weights. */
export interface Work extends PreparedBlend, AsyncDisposable {
  readonly job: BlendJob;
  readonly opened: OpenModels;
  readonly plan: readonly NetworkPlanRow[];
}

/** How a blend is written, as documents say it. */
export interface FormDocument {
  /** `safetensors`, `rosinality`, or `in-place` of a container. */
  readonly form: PreparedBlend['form']['kind'];
  /** The networks that are blended, such as `G_ema`. */
  readonly networks: readonly NetworkName[];
  /** How numbers are stored, where no container decides. */
  readonly dtype?: WrittenDType;
  /** The file whose form the output takes. */
  readonly container?: string;
}

/** What a source and options say; options count more than a recipe. */
async function jobOf(source: BlendSource, options: JobOptions): Promise<BlendJob> {
  const job = await blendJob(source);
  const { out, container, networks, lossy, dtype, preview, seeds, class: classIndex } = options;
  const given = definedOf({ out, container, networks, lossy, dtype, preview, seeds, class: classIndex });
  return { ...job, ...given, ...(out === undefined ? {} : { outAt: undefined }) };
}

/** Opens everything of a blend, and checks what can be checked without reading the weights. */
export async function openWork(
  source: BlendSource,
  options: JobOptions,
  { checkHashes }: { readonly checkHashes: boolean },
): Promise<Work> {
  const job = await jobOf(source, options);
  const opened = await openBlendModels(job, { checkHashes, signal: options.signal });
  try {
    const prepared = await prepareBlend(job, opened);
    const { form, dtype } = prepared;
    const plan = await job.explain([], () => planNetworks(opened, job.recipe, form, dtype));
    return { ...prepared, job, opened, plan, [Symbol.asyncDispose]: () => opened.close() };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

export function describeForm({ form, dtype, blends }: PreparedBlend): FormDocument {
  const networks = [...blends.keys()];
  if (form.kind !== 'in-place') return { form: form.kind, networks, dtype };
  return { form: form.kind, networks, container: form.container.path };
}
