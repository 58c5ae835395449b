import type { BlendJob } from '../../app/blending/blend-job.js';
import { openBlendModels } from '../../app/blending/blend-models.js';
import { resolutionsOf } from '../../checkpoint/architecture/architecture.js';
import { UsageError } from '../../errors.js';
import { type AlphaCurves, alphaCurves } from '../../explore/alpha-curves.js';
import { lineChart } from '../../picture/chart.js';
import { checkDrawing, writeDrawing } from '../../picture/write-drawing.js';
import { requireModels } from '../../swap/blend.js';
import { checkRecipe } from '../../swap/recipe/check-recipe.js';
import { modelsOf } from '../../swap/recipe/recipe-model.js';
import { type BlendOptions, jobOfOptions } from '../blend-job.js';
import type { Outcome } from '../outcome.js';
import { jobOfRecipe } from '../recipe-job.js';
import { bar } from '../terminal/bars.js';
import { table } from '../terminal/table.js';

interface PlotOptions extends BlendOptions {
  readonly resolution?: number;
}

const BAR_WIDTH = 20;
const TITLE = 'Weights of the models at each resolution';

/** `blend plot [RECIPE]`: the weight of every model at each resolution, as bars and as a drawing. */
export async function plotCommand(recipe: string | undefined, options: PlotOptions): Promise<Outcome> {
  const { out, force, resolution, ...described } = options;
  const path = recipe ?? options.recipe;
  const job = path === undefined ? jobOfOptions(described) : await jobOfRecipe(path, described);
  const inputs = path === undefined ? [] : [path];
  const resolutions =
    resolution === undefined
      ? await resolutionsOfModels(job, inputs)
      : await resolutionsGiven(job, resolution);
  if (out !== undefined) await checkDrawing(out, force, inputs);
  const curves = alphaCurves(job.recipe, resolutions);
  if (out !== undefined) await writeDrawing(out, drawingOf(curves), force, TITLE);
  return {
    document: { ...(out === undefined ? {} : { output: out }), ...curves },
    lines: [...linesOf(curves), ...(out === undefined ? [] : [out])],
  };
}

/** Those of the base, after the recipe has been checked against the models; their files count as inputs. */
async function resolutionsOfModels(job: BlendJob, inputs: string[]): Promise<number[]> {
  const opened = await openBlendModels(job, { checkHashes: false });
  try {
    inputs.push(...opened.files.map((file) => file.path));
    const [models] = opened.networks.values();
    await job.explain([], () => void requireModels(models!, job.recipe));
    return resolutionsOf(models!.get(job.recipe.base)!.architecture);
  } finally {
    await opened.close();
  }
}

/** Of models that need not be there. */
async function resolutionsGiven({ recipe, explain }: BlendJob, resolution: number): Promise<number[]> {
  if (!Number.isInteger(Math.log2(resolution)) || resolution < 4) {
    throw new UsageError(
      'OPTION_MALFORMED',
      `--resolution: expected a power of two from 4, found ${resolution}`,
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

/** A line for each place: a number for each curve, and a bar for each model. Weights below 0 have no bar. */
function linesOf({ places, series }: AlphaCurves): string[] {
  const largest = Math.max(1, ...series.flatMap(({ values }) => values));
  const numbers = table([
    ['', ...series.map(({ name }) => name)],
    ...places.map((place, k) => [`${place} px`, ...series.map(({ values }) => values[k]!.toFixed(4))]),
  ]);
  const models = series.filter(({ isPart }) => !isPart);
  const bars = models.map(({ values }) =>
    values.map((value) => bar(value / largest, BAR_WIDTH).padEnd(BAR_WIDTH)),
  );
  const head = models.map(({ name }) => name.slice(0, BAR_WIDTH).padEnd(BAR_WIDTH)).join('  ');
  return numbers.map((line, k) =>
    `${line.padEnd(numbers[0]!.length)}  ${k === 0 ? head : bars.map((column) => column[k - 1]!).join('  ')}`.trimEnd(),
  );
}
