import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { BlendJob } from '../../app/blending/blend-job.js';
import { type OpenModels, openBlendModels } from '../../app/blending/blend-models.js';
import { describePlan, type NetworkPlanRow, planLines, planNetworks } from '../../app/blending/plan.js';
import { predict, predictionLine } from '../../app/blending/prediction.js';
import { type PreparedBlend, prepareBlend, writeBlend } from '../../app/blending/write-blend.js';
import { requireRendered } from '../../checkpoint/checkpoint.js';
import { UsageError } from '../../errors.js';
import { prepareDigests } from '../../files/digest-thread.js';
import { checkOutput, requireDistinct } from '../../files/outputs.js';
import type { Picture } from '../../picture/picture.js';
import { type BlendOptions, jobOfOptions } from '../blend-job.js';
import { describeInPlace, describeInPlacePlan, isLossy } from '../in-place-summary.js';
import { isRecipePath, requireCommand } from '../nearest-command.js';
import type { Context, Outcome } from '../outcome.js';
import { withByteProgress } from '../terminal/byte-progress.js';

/** The seeds of a preview unless others are asked for. */
const PREVIEW_SEEDS: readonly number[] = [0, 1, 2, 3, 4, 5];

/** `blend --base B --transfer T --swap R`, `blend recipe.yaml`: writes the blend, and a preview where one is asked for. */
export async function blendCommand(
  options: BlendOptions,
  command: Command,
  context: Context,
): Promise<Outcome> {
  requireCommand(command);
  const { signal } = context;
  const job = await jobOf(options, command.args);
  // Opened and checked like any other, so that what is printed can be carried out.
  if (options.printRecipe === true)
    return withWork(job, { ...options, dryRun: true }, signal, () => printed(job));
  return withWork(job, options, signal, (work) =>
    options.dryRun === true ? dryRun(work) : blend(work, context),
  );
}

/** `blend plan`: what `blend` would do. */
export async function planCommand(
  options: BlendOptions,
  command: Command,
  { signal }: Pick<Context, 'signal'>,
): Promise<Outcome> {
  const job = await jobOf(options, command.args);
  return withWork(job, { ...options, dryRun: true }, signal, dryRun);
}

/** The schema of recipes and the YAML parser are loaded only where there is a recipe. */
async function jobOf(options: BlendOptions, args: readonly string[]): Promise<BlendJob> {
  const [path, ...more] = [...args, ...(options.recipe === undefined ? [] : [options.recipe])];
  if (path === undefined) return jobOfOptions(options);
  if (more.length > 0) {
    throw new UsageError('OPTIONS_EXCLUSIVE', `expected one recipe, found ${[path, ...more].join(' and ')}`);
  }
  if (options.recipe === undefined && !isRecipePath(path)) {
    throw new UsageError('RECIPE_NAME', `expected a recipe, a .yaml or .json file, found ${path}`);
  }
  return (await import('../recipe-job.js')).jobOfRecipe(path, options);
}

interface Work extends PreparedBlend {
  readonly job: BlendJob;
  readonly opened: OpenModels;
  readonly plan: readonly NetworkPlanRow[];
  readonly options: BlendOptions;
}

/** Opens everything, and checks what can be checked without reading the weights. */
async function withWork(
  job: BlendJob,
  options: BlendOptions,
  signal: AbortSignal,
  action: (work: Work) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  if (options.dryRun !== true) prepareDigests();
  const opened = await openBlendModels(job, { checkHashes: options.dryRun !== true, signal });
  try {
    const prepared = await prepareBlend(job, opened);
    const { form, dtype } = prepared;
    const plan = await job.explain([], () => planNetworks(opened, job.recipe, form, dtype));
    return await action({ ...prepared, job, opened, plan, options });
  } finally {
    await opened.close();
  }
}

async function blend(work: Work, context: Context): Promise<Outcome> {
  const { terminal, signal } = context;
  const { job, opened, form, plan, out } = work;
  const { force } = work.options;
  const { preview } = job;
  const outputs = [out, ...(preview === undefined ? [] : [preview])];
  requireDistinct(outputs);
  for (const output of outputs) {
    await checkOutput(output, { force, inputs: opened.files.map(({ path }) => path) });
  }

  // Before anything is written: models that cannot be rendered, or a device that is missing, show here.
  const sheet = preview === undefined ? undefined : await renderPreview(work, preview, context);
  const { recipe, inPlace } = await withByteProgress(terminal, 'blending', (onProgress) =>
    writeBlend(work, { force, signal, onProgress }),
  );
  terminal.info(`blended: ${describePlan(plan, job.recipe)}`);
  if (form.kind === 'in-place' && inPlace !== undefined) {
    const line = describeInPlace(form.container.path, inPlace);
    if (isLossy(inPlace)) terminal.warn(line);
    else terminal.info(line);
  }
  if (preview !== undefined && sheet !== undefined) {
    const { writePicture } = await import('../../picture/write-picture.js');
    await writePicture(preview, sheet, { force });
  }
  return {
    document: {
      output: out,
      ...(preview === undefined ? {} : { preview }),
      ...formDocument(work),
      bytes: (await stat(out)).size,
      recipe,
      plan,
      ...(inPlace === undefined ? {} : { inPlace }),
    },
    lines: outputs,
  };
}

/** The modules that render are large; they are loaded for a preview only. */
async function renderPreview(work: Work, path: string, context: Context): Promise<Picture> {
  const { job, opened, blends, options } = work;
  (await import('../../picture/write-picture.js')).formatOf(path);
  const [network, inputs] = [...opened.networks][0]!;
  requireRendered(inputs.get(job.recipe.base)!);
  const { preview } = await import('../preview.js');
  const { recipe, seeds = PREVIEW_SEEDS, class: classIndex } = job;
  const choice = { ...options, seeds, ...(classIndex === undefined ? {} : { class: classIndex }) };
  return preview({ recipe, models: inputs, blended: blends.get(network)!, options: choice }, context);
}

/** Everything has been checked that can be checked without reading the weights. */
function dryRun({ job, plan, form, dtype, inPlace, blends, opened }: Work): Outcome {
  const { recipe, out } = job;
  const prediction = predict(plan, opened, form);
  const lines = [...planLines(plan, recipe), predictionLine(prediction)];
  const document = {
    dryRun: true,
    output: out,
    ...formDocument({ form, dtype, blends }),
    recipe,
    plan,
    prediction,
  };
  if (form.kind === 'in-place' && inPlace !== undefined) {
    return {
      document: { ...document, inPlace },
      lines: [...lines, describeInPlacePlan(form.container.path, inPlace), `would write ${out}`],
    };
  }
  const name = form.kind === 'rosinality' ? `rosinality, ${dtype}` : dtype;
  return { document, lines: [...lines, `would write ${out} (${name})`] };
}

function formDocument({
  form,
  dtype,
  blends,
}: Pick<PreparedBlend, 'form' | 'dtype' | 'blends'>): Record<string, unknown> {
  const networks = [...blends.keys()];
  if (form.kind !== 'in-place') return { form: form.kind, networks, dtype };
  return { form: form.kind, networks, container: form.container.path };
}

/** `--print-recipe`: the job as a file that means it. */
async function printed(job: BlendJob): Promise<Outcome> {
  const { recipe, models, out, dtype, container, networks, lossy, preview, seeds, class: label } = job;
  const { fileOfRecipe, printRecipe } = await import('../../swap/recipe/print.js');
  const sources = new Map([...models].map(([name, { written }]) => [name, written]));
  const output = { file: out, dtype, container, networks: networks && [...networks], lossy };
  const rest = {
    output,
    ...(preview === undefined
      ? {}
      : { preview: { file: preview, seeds: seeds && [...seeds], class: label } }),
  };
  return {
    document: { recipe: fileOfRecipe(recipe, sources, rest) },
    lines: printRecipe(recipe, sources, rest).trimEnd().split('\n'),
  };
}
