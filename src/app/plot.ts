import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { UsageError } from '../errors.js';
import { type AlphaCurves, alphaCurves } from '../explore/alpha-curves.js';
import { lineChart } from '../picture/chart.js';
import { checkDrawing, writeDrawing } from '../picture/write-drawing.js';
import { requireModels } from '../swap/blend.js';
import { checkRecipe } from '../swap/recipe/check-recipe.js';
import { modelsOf } from '../swap/recipe/recipe.js';
import type { BlendJob } from './blending/job.js';
import { openBlendModels } from './blending/open-models.js';
import { blendJob } from './blending/open-recipe.js';
import type { BlendSource } from './blending/source.js';
import { type Answer, Report, type Run } from './run/run.js';

export interface PlotOptions extends Run {
  /** Also draw it (SVG, PNG, JPEG, WebP). */
  readonly out?: string;
  /** Of models that need not be there, in pixels. */
  readonly resolution?: number;
  /** Replace a file that exists already. */
  readonly force?: boolean;
}

/** What `plot` answers. */
export interface PlotDocument extends AlphaCurves {
  /** The drawing. */
  readonly output?: string;
}

const TITLE = 'Weights of the models at each resolution';

/**
 * The weight of every model at each resolution, as numbers and as a drawing.
 * @throws as `blendJob`, `openBlendModels`; UsageError `OPTION_MALFORMED`; OutputError
 */
export async function plot(source: BlendSource, options: PlotOptions = {}): Promise<Answer<PlotDocument>> {
  const { out, force, resolution } = options;
  const job = await blendJob(source);
  const inputs = typeof source === 'string' ? [source] : [];
  const resolutions =
    resolution === undefined
      ? await resolutionsOfModels(job, inputs)
      : await resolutionsGiven(job, resolution);
  if (out !== undefined) await checkDrawing(out, force, inputs);
  const curves = alphaCurves(job.recipe, resolutions);
  if (out !== undefined) await writeDrawing(out, drawingOf(curves), force, TITLE);
  return new Report(options).answer({ output: out, ...curves });
}

/** Those of the base, after the recipe has been checked against the models; their files count as inputs. */
async function resolutionsOfModels(job: BlendJob, inputs: string[]): Promise<number[]> {
  await using opened = await openBlendModels(job, { checkHashes: false });
  inputs.push(...opened.files.map((file) => file.path));
  const [models] = opened.networks.values();
  await job.explain([], () => void requireModels(models!, job.recipe));
  return resolutionsOf(models!.get(job.recipe.base)!.architecture);
}

/** Of models that need not be there. */
async function resolutionsGiven({ recipe, explain }: BlendJob, resolution: number): Promise<number[]> {
  if (!Number.isInteger(Math.log2(resolution)) || resolution < 4) {
    throw new UsageError(
      'OPTION_MALFORMED',
      `\`resolution\`: expected a power of two from 4, found ${resolution}`,
    );
  }
  const shape = { family: 'stylegan2', resolution } as const;
  await explain([], () => checkRecipe(recipe, new Map(modelsOf(recipe).map((name) => [name, shape]))));
  return resolutionsOf({ resolution });
}

/** A colour for each model; what holds for some kinds of tensors only is dashed. */
function drawingOf({ places, series }: AlphaCurves) {
  const lines = series.map(({ name, values, model, isPart }) => ({
    name,
    values,
    colour: model,
    dashed: isPart,
  }));
  const axes = { xLabel: 'resolution (px)', yLabel: 'weight', range: [0, 1] as const };
  return lineChart({ title: TITLE, places, series: lines, ...axes });
}
