import { resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import { fileIdentity } from '../../files/file-identity.js';
import { definedOf } from '../../json/defined.js';
import { parseSeeds } from '../../render/seeds.js';
import type { RecipeLines } from '../../swap/recipe/file/lines.js';
import type { RecipeDocument } from '../../swap/recipe/file/schema.js';
import { completeRecipe } from '../../swap/recipe/recipe.js';
import type { RecipeModel } from '../../swap/recipe/schema.js';
import type { BlendJob } from './job.js';
import { fromFolder, MAX_NESTING, modelPath } from './recipe-paths.js';

/** What is known of a recipe beside what it says. */
export interface Place {
  /** Where its paths start. */
  readonly folder: string;
  /** The recipes that led here, itself the last. */
  readonly here: readonly string[];
  /** Where its parts stand; a recipe that was never a file has no lines. */
  readonly lines?: RecipeLines;
  /** Reads a recipe that this one takes as a model; a pair has none. */
  readonly read?: (path: string, above: readonly string[]) => Promise<BlendJob>;
}

/** @param name of the output, unless the recipe has one */
export async function jobOf(document: RecipeDocument, name: string, place: Place): Promise<BlendJob> {
  const { folder, lines } = place;
  const explain: BlendJob['explain'] = async (at, action) =>
    lines === undefined ? action() : lines.explain(at, action);
  const recipe = await explain([], () => completeRecipe(document));
  const models: Record<string, RecipeModel> = {};
  const nested = new Map<string, BlendJob>();
  for (const [model, said] of Object.entries(recipe.models)) {
    models[model] = placed(said, folder);
    if (said.recipe !== undefined) nested.set(model, await nestedJob(said.recipe, model, place));
  }
  const { output = {}, preview } = document;
  return {
    recipe: { ...recipe, models },
    nested,
    out: output.file === undefined ? `${name}.safetensors` : fromFolder(output.file, folder),
    outAt: output.file === undefined ? undefined : ['output', 'file'],
    dtype: output.dtype,
    container: output.container && modelPath(output.container, folder),
    networks: output.networks,
    lossy: output.lossy,
    preview: preview && fromFolder(preview.file, folder),
    seeds:
      preview?.seeds === undefined
        ? undefined
        : await explain(['preview', 'seeds'], () => seedsOf(preview.seeds!)),
    class: preview?.class,
    explain,
  };
}

/** A model with its path as from here. */
function placed(said: RecipeModel, folder: string): RecipeModel {
  const { model, recipe } = said;
  return definedOf({
    ...said,
    model: model && modelPath(model, folder),
    recipe: recipe && fromFolder(recipe, folder),
  });
}

async function nestedJob(
  recipe: string,
  name: string,
  { folder, here, lines, read }: Place,
): Promise<BlendJob> {
  const path = fromFolder(recipe, folder);
  const at = ['models', name, 'recipe'];
  const cycle = (what: string, hint?: string) => {
    const message = `models.${name}: ${what}`;
    return (
      lines?.error('RECIPE_CYCLE', at, message, { hint }) ?? new UsageError('RECIPE_CYCLE', message, { hint })
    );
  };
  if (here.includes(await identityOf(path))) {
    throw cycle(`${recipe} leads back to itself`, 'a recipe cannot use its own blend as a model');
  }
  if (here.length >= MAX_NESTING) throw cycle(`expected at most ${MAX_NESTING} recipes in each other`);
  const nested = () => read!(path, here);
  return lines === undefined ? nested() : lines.explain(at, nested);
}

export async function identityOf(path: string): Promise<string> {
  return (await fileIdentity(path)) ?? resolve(path);
}

function seedsOf(seeds: string | number | readonly number[]): number[] {
  return parseSeeds(typeof seeds === 'object' ? seeds.join(',') : String(seeds));
}
