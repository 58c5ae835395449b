import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import type { WrittenDType } from '../checkpoint/dtype.js';
import { type InPlacePlan, planInPlace } from '../checkpoint/in-place/plan-in-place.js';
import type { NetworkName } from '../checkpoint/network-names.js';
import { requireRosinality } from '../checkpoint/rosinality-write.js';
import { UsageError } from '../errors.js';
import { prepareDigests } from '../files/digest-thread.js';
import type { Picture } from '../render/picture.js';
import { blendModels } from '../swap/blend.js';
import { type BlendJob, type BlendOptions, jobOfOptions } from './blend-job.js';
import { type OpenModels, openBlendModels } from './blend-models.js';
import { describePlan, type NetworkPlanRow, planLines, planNetworks } from './blend-plan.js';
import { predict, predictionLine } from './blend-prediction.js';
import { describeInPlace, describeInPlacePlan, isLossy } from './in-place-summary.js';
import { isRecipePath, requireCommand } from './nearest-command.js';
import type { Context, Outcome } from './outcome.js';
import { type OutputForm, outputForm, requireNoDType } from './output-form.js';
import { checkOutput, requireDistinct } from './outputs.js';
import { writeBlend } from './write-blend.js';

/** The seeds of a preview unless others are asked for. */
const PREVIEW_SEEDS: readonly number[] = [0, 1, 2, 3, 4, 5];

/** `blend --base B --transfer T --swap R`, `blend recipe.yaml`: writes the blend, and a preview where one is asked for. */
export async function blendCommand(
  options: BlendOptions,
  command: Command,
  context: Context,
): Promise<Outcome> {
  requireCommand(command);
  const job = await jobOf(options, command.args);
  // Opened and checked like any other, so that what is printed can be carried out.
  if (options.printRecipe === true) return withWork(job, { ...options, dryRun: true }, () => printed(job));
  return withWork(job, options, (work) => (options.dryRun === true ? dryRun(work) : blend(work, context)));
}

/** `blend plan`: what `blend` would do. */
export async function planCommand(options: BlendOptions, command: Command): Promise<Outcome> {
  const job = await jobOf(options, command.args);
  return withWork(job, { ...options, dryRun: true }, dryRun);
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
  return (await import('./recipe-job.js')).jobOfRecipe(path, options);
}

interface Work {
  readonly job: BlendJob;
  readonly models: OpenModels;
  readonly form: OutputForm;
  readonly dtype: WrittenDType;
  readonly plan: readonly NetworkPlanRow[];
  /** What becomes of a container's tensors. */
  readonly inPlace: InPlacePlan | undefined;
  readonly blends: ReadonlyMap<NetworkName, Checkpoint>;
  readonly options: BlendOptions;
}

/** Opens everything, and checks what can be checked without reading the weights. */
async function withWork(
  job: BlendJob,
  options: BlendOptions,
  action: (work: Work) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const { recipe, out, networks } = job;
  if (options.dryRun !== true) prepareDigests();
  const models = await openBlendModels(job, { checkHashes: options.dryRun !== true });
  try {
    const form = outputForm(out, { container: models.container, source: models.base });
    requireNoDType(form, job.dtype);
    requireOneNetwork(form, out, networks);
    const dtype = job.dtype ?? 'f32';
    const plan = await job.explain([], () => planNetworks(models, recipe, form, dtype));
    const blends = new Map(
      [...models.networks].map(([name, inputs]) => [name, blendModels(inputs, recipe)] as const),
    );
    if (form.kind === 'rosinality') await requireRosinality([...blends.values()][0]!, job);
    const inPlace =
      form.kind === 'in-place' ? await planInPlace(out, form.container, blends, job) : undefined;
    return await action({ job, models, form, dtype, plan, inPlace, blends, options });
  } finally {
    await models.close();
  }
}

async function blend(work: Work, context: Context): Promise<Outcome> {
  const { terminal } = context;
  const { job, models, form, plan } = work;
  const { force } = work.options;
  const { out, preview } = job;
  const outputs = [out, ...(preview === undefined ? [] : [preview])];
  requireDistinct(outputs);
  for (const output of outputs) {
    await checkOutput(output, { force, inputs: models.files.map(({ path }) => path) });
  }

  // Before anything is written: models that cannot be rendered, or a device that is missing, show here.
  const sheet = preview === undefined ? undefined : await renderPreview(work, preview, context);
  const [inputs] = [...models.networks.values()];
  const toWrite = { ...work, out, recipe: job.recipe, models: inputs!, lossy: job.lossy, force };
  const { recipe, inPlace } = await writeBlend(toWrite, context);
  terminal.info(`blended: ${describePlan(plan, job.recipe)}`);
  if (form.kind === 'in-place' && inPlace !== undefined) {
    const line = describeInPlace(form.container.path, inPlace);
    if (isLossy(inPlace)) terminal.warn(line);
    else terminal.info(line);
  }
  if (preview !== undefined && sheet !== undefined) {
    const { writePicture } = await import('../render/write-picture.js');
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
  const { job, models, blends, options } = work;
  (await import('../render/write-picture.js')).formatOf(path);
  const [network, inputs] = [...models.networks][0]!;
  requireRendered(inputs.get(job.recipe.base)!);
  const { preview } = await import('./preview.js');
  const { recipe, seeds = PREVIEW_SEEDS, class: classIndex } = job;
  const choice = { ...options, seeds, ...(classIndex === undefined ? {} : { class: classIndex }) };
  return preview({ recipe, models: inputs, blended: blends.get(network)!, options: choice }, context);
}

/** Everything has been checked that can be checked without reading the weights. */
function dryRun({ job, plan, form, dtype, inPlace, blends, models }: Work): Outcome {
  const { recipe, out } = job;
  const prediction = predict(plan, models, form);
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
}: Pick<Work, 'form' | 'dtype' | 'blends'>): Record<string, unknown> {
  const networks = [...blends.keys()];
  if (form.kind !== 'in-place') return { form: form.kind, networks, dtype };
  return { form: form.kind, networks, container: form.container.path };
}

/** `--print-recipe`: the job as a file that means it. */
async function printed(job: BlendJob): Promise<Outcome> {
  const { recipe, models, out, dtype, container, networks, lossy, preview, seeds, class: label } = job;
  const { fileOfRecipe, printRecipe } = await import('../swap/recipe-file/print.js');
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

/** Only a container has places for several networks. */
function requireOneNetwork(
  form: OutputForm,
  out: string,
  networks: readonly NetworkName[] | undefined,
): void {
  if (form.kind === 'in-place' || networks === undefined || networks.length === 1) return;
  throw new UsageError(
    'OPTIONS_EXCLUSIVE',
    `--networks: expected one network for ${out}, which holds one, found ${networks.join(', ')}`,
    { hint: 'several are written in place of a training snapshot: --out FILE.pkl' },
  );
}
