import { stat } from 'node:fs/promises';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import type { InPlaceReport } from '../checkpoint/in-place/plan-in-place.js';
import { throwIfAborted } from '../errors.js';
import { prepareDigests } from '../files/digest-thread.js';
import { checkOutput, requireDistinct } from '../files/outputs.js';
import type { Picture } from '../picture/picture.js';
import { blendModels } from '../swap/blend.js';
import type { RecordedRecipe } from '../swap/recipe/recorded.js';
import { describeInPlace, isLossy } from './blending/in-place-summary.js';
import type { BlendJob, OutputChoice } from './blending/job.js';
import { openBlendModels } from './blending/open-models.js';
import { blendJob } from './blending/open-recipe.js';
import type { NetworkPlanRow } from './blending/plan.js';
import type { BlendSource } from './blending/source.js';
import { describeForm, type FormDocument, openWork, type Work } from './blending/work.js';
import { writeBlend } from './blending/write-blend.js';
import type { EngineChoice } from './run/engine.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface BlendOptions extends OutputChoice, EngineChoice, Run {
  /**
   * Where to write the blend with its recipe and the hashes of its inputs; the extension decides the form, as in
   * docs/formats.md. Default: what the recipe says, else a name made of it, in the current folder.
   */
  readonly out?: string;
  /** Also render faces through base, blend and the other models, as one picture (PNG, JPEG, WebP). */
  readonly preview?: string;
  /** The faces of the preview; 0 to 5 unless given. */
  readonly seeds?: readonly number[];
  /** Class of conditional generators, for the preview. */
  readonly class?: number;
  /** Replace files that exist already. */
  readonly force?: boolean;
}

/** What `blend` answers. */
export interface BlendDocument extends FormDocument {
  /** The blend. */
  readonly output: string;
  /** The picture of what it makes. */
  readonly preview?: string;
  /** Size of the blend's file. */
  readonly bytes: number;
  /** How it was made, with the hashes of the inputs, as the file carries it. */
  readonly recipe: RecordedRecipe;
  /** What each resolution was made of. */
  readonly plan: readonly NetworkPlanRow[];
  /** What became of a container's tensors. */
  readonly inPlace?: InPlaceReport;
}

/** The seeds of a preview unless others are asked for. */
const PREVIEW_SEEDS: readonly number[] = [0, 1, 2, 3, 4, 5];

/**
 * Blends generators and writes the result: of a pair, of a recipe as an object (docs/recipes.md), or of the path of a
 * recipe file. Everything is checked before the first byte is written; what options say counts more than the recipe.
 *
 * @throws InputFileError and UsageError as `openModel` and `blendModels`, and for what is wrong in a recipe, with its
 *   line; as `outputForm` and the writers; OutputError; AbortedError
 * @example await blend({ base: 'toonhead', transfer: 'pixelart', swap: 8 }, { out: 'toon.safetensors' });
 */
export async function blend(source: BlendSource, options: BlendOptions = {}): Promise<Answer<BlendDocument>> {
  const report = new Report(options);
  const { signal, force } = options;
  throwIfAborted(signal);
  prepareDigests();
  await using work = await openWork(source, options, { checkHashes: true });
  const { job, opened, form, plan } = work;
  const outputs = [work.out, ...(job.preview === undefined ? [] : [job.preview])];
  requireDistinct(outputs);
  for (const output of outputs)
    await checkOutput(output, { force, inputs: opened.files.map(({ path }) => path) });
  // Before anything is written: models that cannot be rendered, or a device that is missing, show here.
  const sheet = job.preview === undefined ? undefined : await renderPreview(work, job.preview, options);
  const onProgress = report.bytes('blending');
  const { recipe, inPlace } = await writeBlend(work, { force, signal, onProgress });
  if (form.kind === 'in-place' && inPlace !== undefined) {
    const line = describeInPlace(form.container.path, inPlace);
    if (isLossy(inPlace)) report.warn(line);
    else report.info(line);
  }
  if (sheet !== undefined) {
    const { writePicture } = await import('../picture/write-picture.js');
    await writePicture(job.preview!, sheet, { force });
  }
  const bytes = (await stat(work.out)).size;
  const { out: output } = work;
  return report.answer({ output, preview: job.preview, ...describeForm(work), bytes, recipe, plan, inPlace });
}

/**
 * A blend as an open generator that is not written: its tensors are computed when they are read, and closing it
 * closes what it is made of. Of several `networks` the first is opened.
 *
 * @throws as {@link blend}
 * @example await using toon = await openBlend({ base: 'toonhead', transfer: 'pixelart', swap: 8 });
 */
export async function openBlend(
  source: BlendSource,
  options: Pick<OutputChoice, 'networks'> & Pick<Run, 'signal'> = {},
): Promise<Checkpoint> {
  const { signal, networks } = options;
  throwIfAborted(signal);
  const said = await blendJob(source);
  const job: BlendJob = { ...said, container: undefined, networks: networks ?? said.networks };
  const opened = await openBlendModels(job, { checkHashes: true, signal });
  try {
    const [inputs] = opened.networks.values();
    const blended = await job.explain([], () => blendModels(inputs!, job.recipe, { close: opened.close }));
    throwIfAborted(signal);
    return blended;
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The modules that render are large; they are loaded for a preview only. */
async function renderPreview(work: Work, path: string, options: BlendOptions): Promise<Picture> {
  const { job, opened, blends } = work;
  (await import('../picture/write-picture.js')).formatOf(path);
  const [network, models] = [...opened.networks][0]!;
  requireRendered(models.get(job.recipe.base)!);
  const { preview } = await import('./blending/preview.js');
  const { recipe, seeds = PREVIEW_SEEDS, class: classIndex } = job;
  const { engine, device, threads, half, cache, signal, onProgress, onNotice } = options;
  const computing = { engine, device, threads, half, cache, signal, onProgress, onNotice };
  return preview(
    { recipe, models, blended: blends.get(network)! },
    { ...computing, seeds, class: classIndex },
  );
}
