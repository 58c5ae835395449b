import { basename, dirname, extname, resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import { fileIdentity } from '../../files/file-identity.js';
import { definedOf } from '../../json/defined.js';
import { parseSeeds } from '../../render/seeds.js';
import { requireForm } from '../../swap/recipe/file/complaint.js';
import type { ParsedRecipe } from '../../swap/recipe/file/parse.js';
import type { RecipeDocument } from '../../swap/recipe/file/schema.js';
import { partOf, withPart } from '../../swap/recipe/file/vary.js';
import { completeRecipe } from '../../swap/recipe/recipe.js';
import type { RecipeModel } from '../../swap/recipe/schema.js';
import type { BlendJob } from './job.js';
import { isPair, openPair } from './pair-source.js';
import { fromFolder, MAX_NESTING, modelPath, readRecipeFile } from './recipe-files.js';
import type { BlendSource, OpenRecipe } from './source.js';

/**
 * Reads what says how to blend, and the recipes that it takes as models; no model is opened. Paths in a recipe start
 * from the folder of its file, those in an object from the current one.
 *
 * @throws InputFileError as `parseRecipeFile` and `completeRecipe`, with the line; `RECIPE_TOO_LARGE`,
 *   `RECIPE_CYCLE`; UsageError `RECIPE_MALFORMED` for an object
 */
export async function openRecipe(source: BlendSource): Promise<OpenRecipe> {
  if (typeof source === 'string') return openFile(source);
  if (isPair(source)) return openPair(source, (document, out) => jobOf(document, out, HERE));
  const document = checked(source);
  return ofDocument(document, 'recipe', 'recipe', HERE, async () => jobOf(document, 'recipe', HERE));
}

/** What a source says is to be done. @throws as {@link openRecipe} */
export async function blendJob(source: BlendSource): Promise<BlendJob> {
  return (await openRecipe(source)).job();
}

/** What is known of a recipe beside what it says. */
interface Place {
  /** Where its paths start. */
  readonly folder: string;
  /** The recipes that led here, itself the last. */
  readonly here: readonly string[];
  /** Where its parts stand; a recipe that was never a file has no lines. */
  readonly lines?: ParsedRecipe['lines'];
}

const HERE: Place = { folder: '.', here: [] };

async function openFile(path: string): Promise<OpenRecipe> {
  const { file, lines } = await readRecipeFile(path);
  const place = { folder: dirname(path), here: [await identityOf(path)] };
  const name = basename(path, extname(path));
  return ofDocument(file, path, name, place, async () => jobOf(file, name, { ...place, lines }));
}

function ofDocument(
  document: RecipeDocument,
  name: string,
  out: string,
  place: Place,
  unchanged: () => Promise<BlendJob>,
): OpenRecipe {
  return {
    name,
    isPair: false,
    partOf: (part) => partOf(document, part),
    job: async (changes = []) => {
      if (changes.length === 0) return unchanged();
      const changed = changes.reduce((of, { part, value }) => withPart(of, part, value), document);
      return jobOf(checked(changed), out, place);
    },
  };
}

/** @throws UsageError `RECIPE_MALFORMED` */
function checked(document: unknown): RecipeDocument {
  const refuse = (_: unknown, message: string) => new UsageError('RECIPE_MALFORMED', `recipe: ${message}`);
  return requireForm(document, refuse);
}

/** @param above the recipes that led here */
async function readJob(path: string, above: readonly string[]): Promise<BlendJob> {
  const { file, lines } = await readRecipeFile(path);
  const here = [...above, await identityOf(path)];
  return jobOf(file, basename(path, extname(path)), { folder: dirname(path), here, lines });
}

/** @param name of the output, unless the recipe has one */
async function jobOf(document: RecipeDocument, name: string, place: Place): Promise<BlendJob> {
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

async function nestedJob(recipe: string, name: string, { folder, here, lines }: Place): Promise<BlendJob> {
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
  const read = () => readJob(path, here);
  return lines === undefined ? read() : lines.explain(at, read);
}

async function identityOf(path: string): Promise<string> {
  return (await fileIdentity(path)) ?? resolve(path);
}

function seedsOf(seeds: string | number | readonly number[]): number[] {
  return parseSeeds(typeof seeds === 'object' ? seeds.join(',') : String(seeds));
}
