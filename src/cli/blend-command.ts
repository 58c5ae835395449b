import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import type { WrittenDType } from '../checkpoint/dtype.js';
import { type InPlacePlan, planInPlace } from '../checkpoint/in-place/plan-in-place.js';
import { modelLabel } from '../checkpoint/names.js';
import type { NetworkName } from '../checkpoint/network-names.js';
import { requireRosinality } from '../checkpoint/rosinality-write.js';
import { UsageError } from '../errors.js';
import type { Picture } from '../render/picture.js';
import { blendCheckpoints } from '../swap/blend.js';
import { type BlendRecipe, completeRecipe, type Side } from '../swap/recipe.js';
import { type BlendModels, openBlendModels } from './blend-models.js';
import { describePlan, type NetworkPlanRow, planLines, planNetworks } from './blend-plan.js';
import { describeInPlace, describeInPlacePlan, isLossy } from './in-place-summary.js';
import { requireCommand } from './nearest-command.js';
import { type CommonOptions, type EngineChoice, missing, type RecipeChoice } from './options.js';
import type { Context, Outcome } from './outcome.js';
import { type OutputForm, outputForm, requireNoDType } from './output-form.js';
import { checkOutput, requireDistinct } from './outputs.js';
import { writeBlend } from './write-blend.js';

interface BlendOptions extends CommonOptions, EngineChoice, RecipeChoice {
  readonly base?: string;
  readonly transfer?: string;
  readonly swap?: number;
  readonly mapping: Side;
  readonly noise: Side;
  readonly out?: string;
  readonly container?: string;
  readonly networks?: readonly NetworkName[];
  readonly lossy?: true;
  readonly dtype?: WrittenDType;
  readonly preview?: string;
  readonly seeds: readonly number[];
  readonly class?: number;
  readonly dryRun?: true;
}

/** `blend --base B --transfer T --swap R`: writes the blended generator, and a preview where one is asked for. */
export async function blendCommand(
  options: BlendOptions,
  command: Command,
  context: Context,
): Promise<Outcome> {
  requireCommand(command);
  const { base, transfer, swap } = requireModels(options);
  const recipe = completeRecipe({ ...options, swap });
  const out = options.out ?? `${modelLabel(base)}-${modelLabel(transfer)}-swap${swap}.safetensors`;
  const models = await openBlendModels({ base, transfer, container: options.container }, options.networks);
  try {
    const form = outputForm(out, { container: models.container, source: models.base });
    requireNoDType(form, options.dtype);
    requireOneNetwork(form, out, options.networks);
    const dtype = options.dtype ?? 'f32';
    const plan = await planNetworks(models.pairs, recipe, form, dtype);
    const blends = new Map(
      models.pairs.map((pair) => [pair.name, blendCheckpoints(pair.base, pair.transfer, recipe)]),
    );
    if (form.kind === 'rosinality') await requireRosinality([...blends.values()][0]!, options);
    const inPlace =
      form.kind === 'in-place' ? await planInPlace(out, form.container, blends, options) : undefined;
    const work: Work = { base, transfer, out, recipe, models, form, dtype, plan, inPlace, blends, options };
    return options.dryRun === true ? dryRun(work) : await blend(work, context);
  } finally {
    await models.close();
  }
}

interface Work {
  /** As they were called. */
  readonly base: string;
  readonly transfer: string;
  readonly out: string;
  readonly recipe: BlendRecipe;
  readonly models: BlendModels;
  readonly form: OutputForm;
  readonly dtype: WrittenDType;
  readonly plan: readonly NetworkPlanRow[];
  /** What becomes of a container's tensors. */
  readonly inPlace: InPlacePlan | undefined;
  readonly blends: ReadonlyMap<NetworkName, Checkpoint>;
  readonly options: BlendOptions;
}

async function blend(work: Work, context: Context): Promise<Outcome> {
  const { terminal } = context;
  const { base, transfer, out, models, form, plan, options } = work;
  const { force, lossy, preview } = options;
  const outputs = [out, ...(preview === undefined ? [] : [preview])];
  requireDistinct(outputs);
  const files = [models.base, models.transfer, ...(models.container === undefined ? [] : [models.container])];
  for (const output of outputs) await checkOutput(output, { force, inputs: files.map(({ path }) => path) });

  // Before anything is written: models that cannot be rendered, or a device that is missing, show here.
  const sheet = preview === undefined ? undefined : await renderPreview(work, preview, context);
  const { recipe, inPlace } = await writeBlend({ ...work, pairs: models.pairs, lossy, force }, context);
  terminal.info(`blended: ${describePlan(plan, base, transfer)}`);
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
  const { base, transfer, recipe, models, blends, options } = work;
  (await import('../render/write-picture.js')).formatOf(path);
  const [pair] = models.pairs as [BlendModels['pairs'][number]];
  requireRendered(pair.base);
  const { preview } = await import('./preview.js');
  const checkpoints = { ofBase: pair.base, blended: blends.get(pair.name)!, ofTransfer: pair.transfer };
  return preview({ base, transfer, ...checkpoints, recipe, options }, context);
}

/** Everything has been checked that can be checked without reading the weights. */
function dryRun({ plan, out, recipe, form, dtype, inPlace, ...work }: Work): Outcome {
  const lines = [...planLines(plan), 'α is the share of the transfer model'];
  const document = { dryRun: true, output: out, ...formDocument({ form, dtype, ...work }), recipe, plan };
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

function requireModels({ base, transfer, swap }: BlendOptions): {
  base: string;
  transfer: string;
  swap: number;
} {
  const hint = 'for example: blend --base toonhead --transfer pixelart --swap 8; see also blend --help';
  if (base === undefined) throw missing('--base', hint);
  if (transfer === undefined) throw missing('--transfer', hint);
  if (swap === undefined) throw missing('--swap', hint);
  return { base, transfer, swap };
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
