import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { BYTES_PER_ELEMENT, type WrittenDType } from '../checkpoint/dtype.js';
import { modelLabel, openModel } from '../checkpoint/names.js';
import { writeCheckpoint } from '../checkpoint/write.js';
import type { Picture } from '../render/picture.js';
import { blendCheckpoints } from '../swap/blend.js';
import { blendPlan, type PlanRow } from '../swap/plan.js';
import { type BlendRecipe, completeRecipe, type Side } from '../swap/recipe.js';
import { draftRecipeMetadata, recipeMetadata } from '../swap/recipe-metadata.js';
import { requireCommand } from './nearest-command.js';
import { type CommonOptions, type EngineChoice, missing, type RecipeChoice } from './options.js';
import type { Context, Outcome } from './outcome.js';
import { checkOutput, requireDistinct } from './outputs.js';
import { grouped, groupName, table } from './table.js';

interface BlendOptions extends CommonOptions, EngineChoice, RecipeChoice {
  readonly base?: string;
  readonly transfer?: string;
  readonly swap?: number;
  readonly mapping: Side;
  readonly noise: Side;
  readonly out?: string;
  readonly dtype: WrittenDType;
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
  const models = [await openModel(base)];
  try {
    models.push(await openModel(transfer));
    const [ofBase, ofTransfer] = models as [Checkpoint, Checkpoint];
    const plan = inDType(blendPlan(ofBase, ofTransfer, recipe), options.dtype);
    const out = options.out ?? `${modelLabel(base)}-${modelLabel(transfer)}-swap${swap}.safetensors`;
    const work: Work = { base, transfer, ofBase, ofTransfer, recipe, plan, out, options };
    return options.dryRun === true ? dryRun(work) : await blend(work, context);
  } finally {
    await Promise.all(models.map((model) => model.close()));
  }
}

interface Work {
  readonly base: string;
  readonly transfer: string;
  readonly ofBase: Checkpoint;
  readonly ofTransfer: Checkpoint;
  readonly recipe: BlendRecipe;
  readonly plan: readonly PlanRow[];
  readonly out: string;
  readonly options: BlendOptions;
}

async function blend(work: Work, context: Context): Promise<Outcome> {
  const { signal, terminal } = context;
  const { base, transfer, ofBase, ofTransfer, recipe, plan, out, options } = work;
  const { dtype, force, preview } = options;
  const outputs = [out, ...(preview === undefined ? [] : [preview])];
  requireDistinct(outputs);
  const inputs = [ofBase.origin.path, ofTransfer.origin.path];
  for (const output of outputs) await checkOutput(output, { force, inputs });
  if (preview !== undefined) (await import('../render/write-picture.js')).formatOf(preview);

  const blended = blendCheckpoints(ofBase, ofTransfer, recipe);
  // Before anything is written: models that cannot be rendered, or a device that is missing, show here.
  const sheet = preview === undefined ? undefined : await renderPreview({ ...work, blended }, context);

  // Both files are hashed while they are blended, each on a thread of its own.
  const models = { base: ofBase, transfer: ofTransfer };
  const metadata = recipeMetadata(recipe, models);
  metadata.catch(() => {});
  const total = plan.reduce((sum, row) => sum + row.bytes, 0);
  const progress = await terminal.progress({ label: 'blending', total: megabytes(total) });
  try {
    await writeCheckpoint(out, blended, {
      metadata: draftRecipeMetadata(recipe, models),
      lateMetadata: () => metadata,
      dtype,
      force,
      signal,
      onProgress: (done) => progress.update(megabytes(done)),
    });
  } finally {
    progress.finish();
  }
  terminal.info(`blended: ${describePlan(plan, base, transfer)}`);

  if (preview !== undefined && sheet !== undefined) {
    const { writePicture } = await import('../render/write-picture.js');
    await writePicture(preview, sheet, { force });
  }
  return {
    document: {
      output: out,
      ...(preview === undefined ? {} : { preview }),
      dtype,
      bytes: (await stat(out)).size,
      recipe: JSON.parse((await metadata).recipe),
      plan,
    },
    lines: outputs,
  };
}

/** The modules that render are large; they are loaded for a preview only. */
async function renderPreview(
  work: Work & { readonly blended: Checkpoint },
  context: Context,
): Promise<Picture> {
  const { preview } = await import('./preview.js');
  return preview(work, context);
}

/** Everything has been checked that can be checked without reading the weights. */
function dryRun({ plan, out, recipe, options }: Work): Outcome {
  const { dtype } = options;
  const rows = plan.map((row) => [
    groupName(row.group),
    String(Number(row.alpha.toFixed(4))),
    grouped(row.tensors),
    grouped(row.parameters),
    grouped(row.bytes),
  ]);
  const sum = (key: 'tensors' | 'parameters' | 'bytes') =>
    grouped(plan.reduce((total, row) => total + row[key], 0));
  return {
    document: { dryRun: true, output: out, dtype, recipe, plan },
    lines: [
      ...table([
        ['resolution', 'α', 'tensors', 'parameters', 'bytes'],
        ...rows,
        ['in all', '', sum('tensors'), sum('parameters'), sum('bytes')],
      ]),
      `α is the share of the transfer model; would write ${out} (${dtype})`,
    ],
  };
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

function inDType(plan: readonly PlanRow[], dtype: WrittenDType): PlanRow[] {
  return plan.map((row) => ({ ...row, bytes: row.parameters * BYTES_PER_ELEMENT[dtype] }));
}

/** e.g. `4..8 px from pixelart, 16..64 px from toonhead`. */
function describePlan(plan: readonly PlanRow[], base: string, transfer: string): string {
  const runs: { from: number; to: number; alpha: number }[] = [];
  for (const { group, alpha } of plan) {
    if (typeof group !== 'number') continue;
    const last = runs.at(-1);
    if (last?.alpha === alpha) last.to = group;
    else runs.push({ from: group, to: group, alpha });
  }
  return runs
    .map(({ from, to, alpha }) => {
      const range = from === to ? `${from} px` : `${from}..${to} px`;
      if (alpha === 0 || alpha === 1) return `${range} from ${modelLabel(alpha === 0 ? base : transfer)}`;
      return `${range} ${(100 * alpha).toFixed(1)} % ${modelLabel(transfer)}`;
    })
    .join(', ');
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
