import type { InPlacePlan } from '../checkpoint/in-place/plan-in-place.js';
import { fileOfRecipe } from '../swap/recipe/file/print.js';
import type { Recipe } from '../swap/recipe/schema.js';
import type { NetworkPlanRow } from './blending/plan.js';
import { type Prediction, predict } from './blending/prediction.js';
import type { BlendSource } from './blending/source.js';
import { describeForm, type FormDocument, type JobOptions, openWork } from './blending/work.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface PlanOptions extends JobOptions, Run {}

/** What `plan` answers. */
export interface PlanDocument extends FormDocument {
  /** Always: nothing was written. */
  readonly dryRun: true;
  /** Where the blend would be written. */
  readonly output: string;
  /** The recipe with all that it left open. */
  readonly recipe: Recipe;
  /** What each resolution would be made of. */
  readonly plan: readonly NetworkPlanRow[];
  /** What it would take. */
  readonly prediction: Prediction;
  /** What would become of a container's tensors. */
  readonly inPlace?: InPlacePlan;
}

/**
 * What `blend` would do: everything is checked that can be checked without reading the weights, and nothing is
 * written.
 * @throws as `blend`, but for what shows only when weights are read or files written
 */
export async function plan(source: BlendSource, options: PlanOptions = {}): Promise<Answer<PlanDocument>> {
  await using work = await openWork(source, options, { checkHashes: false });
  const { job, opened, form, out: output, plan: rows, inPlace } = work;
  const prediction = predict(rows, opened, form);
  const { recipe } = job;
  const document = { dryRun: true as const, output, ...describeForm(work), recipe, plan: rows, prediction };
  return new Report(options).answer({ ...document, inPlace });
}

/** What `recipe` answers. */
export interface RecipeAnswerDocument {
  /** The recipe as a file says it: `printRecipe` makes YAML of it. */
  readonly recipe: Readonly<Record<string, unknown>>;
}

/**
 * What a source and options mean, as a recipe that can be written to a file. The models are opened and checked, so
 * that what comes out can be carried out.
 * @throws as {@link plan}
 */
export async function recipe(
  source: BlendSource,
  options: PlanOptions = {},
): Promise<Answer<RecipeAnswerDocument>> {
  await using work = await openWork(source, options, { checkHashes: false });
  const { job } = work;
  const { out, dtype, container, networks, lossy, preview: file, seeds, class: classIndex } = job;
  const preview = file === undefined ? undefined : { file, seeds: seeds && [...seeds], class: classIndex };
  const output = { file: out, dtype, container, networks: networks && [...networks], lossy };
  return new Report(options).answer({ recipe: fileOfRecipe(job.recipe, { output, preview }) });
}
