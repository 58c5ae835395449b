import { basename, dirname, extname, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { fromFolder, MAX_NESTING, modelPath, readRecipeFile } from '../library/recipe-files.js';
import { parseSeeds } from '../render/seeds.js';
import { type RecipeModel, recipeOfFile } from '../swap/recipe-file/document.js';
import type { ParsedRecipe } from '../swap/recipe-file/parse.js';
import type { BlendJob, BlendOptions, ModelSource } from './blend-job.js';
import { fileIdentity } from './outputs.js';

/** Options that say what a recipe says. */
const IN_RECIPE = [
  'base',
  'transfer',
  'swap',
  'ramp',
  'structure',
  'alpha',
  'method',
  'common',
  'cut',
  'level',
  'width',
  'mapping',
  'noise',
] as const;

/**
 * The job that a recipe file describes; options about the output count more than what it says of that.
 *
 * @throws InputFileError as `parseRecipeFile` and `recipeOfFile`, with the line; `RECIPE_TOO_LARGE`, `RECIPE_CYCLE`;
 *   UsageError `OPTIONS_EXCLUSIVE`
 */
export async function jobOfRecipe(path: string, options: BlendOptions): Promise<BlendJob> {
  const other = IN_RECIPE.find((key) => options[key] !== undefined);
  if (other !== undefined) {
    throw new UsageError('OPTIONS_EXCLUSIVE', `--${other} and a recipe: expected one of them, found both`, {
      hint: `say it in ${path}; --print-recipe writes recipes from options`,
    });
  }
  const job = await readJob(path, []);
  return { ...job, ...givenOf(options) };
}

/** @param above the recipes that led here */
async function readJob(path: string, above: readonly string[]): Promise<BlendJob> {
  const { file, lines } = await readRecipeFile(path);
  const here = [...above, await identityOf(path)];
  const { recipe, models } = await lines.explain([], () => recipeOfFile(file));
  const folder = dirname(path);
  const sources = new Map<string, ModelSource>();
  for (const [name, written] of models) {
    sources.set(name, await sourceOf(written, name, { folder, here, lines }));
  }
  const { output = {}, preview } = file;
  return {
    recipe,
    models: sources,
    out:
      output.file === undefined
        ? `${basename(path, extname(path))}.safetensors`
        : fromFolder(output.file, folder),
    ...(output.dtype === undefined ? {} : { dtype: output.dtype }),
    ...(output.container === undefined ? {} : { container: modelPath(output.container, folder) }),
    ...(output.networks === undefined ? {} : { networks: output.networks }),
    ...(output.lossy === true ? { lossy: true } : {}),
    ...(preview === undefined ? {} : { preview: fromFolder(preview.file, folder) }),
    ...(preview?.seeds === undefined
      ? {}
      : { seeds: await lines.explain(['preview', 'seeds'], () => seedsOf(preview.seeds!)) }),
    ...(preview?.class === undefined ? {} : { class: preview.class }),
    explain: (at, action) => lines.explain(at, action),
  };
}

interface Place {
  readonly folder: string;
  readonly here: readonly string[];
  readonly lines: ParsedRecipe['lines'];
}

async function sourceOf(
  written: RecipeModel,
  name: string,
  { folder, here, lines }: Place,
): Promise<ModelSource> {
  if (!written.isRecipe) {
    const model = modelPath(written.model, folder);
    return { written: { ...written, model }, model };
  }
  const path = fromFolder(written.model, folder);
  const at = ['models', name, 'recipe'];
  if (here.includes(await identityOf(path))) {
    throw lines.error('RECIPE_CYCLE', at, `models.${name}: ${written.model} leads back to itself`, {
      hint: 'a recipe cannot use its own blend as a model',
    });
  }
  if (here.length >= MAX_NESTING) {
    throw lines.error(
      'RECIPE_CYCLE',
      at,
      `models.${name}: expected at most ${MAX_NESTING} recipes in each other`,
    );
  }
  return { written: { ...written, model: path }, job: await lines.explain(at, () => readJob(path, here)) };
}

async function identityOf(path: string): Promise<string> {
  return (await fileIdentity(path)) ?? resolve(path);
}

function seedsOf(seeds: string | number | readonly number[]): number[] {
  return parseSeeds(typeof seeds === 'object' ? seeds.join(',') : String(seeds));
}

function givenOf({ out, container, networks, lossy, dtype, preview, seeds, class: label }: BlendOptions) {
  const given = { out, container, networks, lossy, dtype, preview, seeds, class: label };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
