import { basename, dirname, extname, resolve } from 'node:path';
import { UsageError } from '../../errors.js';
import { fileIdentity } from '../../files/file-identity.js';
import { parseSeeds } from '../../render/seeds.js';
import { requireForm } from '../../swap/recipe/complaint.js';
import { type RecipeModel, recipeOfFile } from '../../swap/recipe/document.js';
import type { RecipeFile } from '../../swap/recipe/file-schema.js';
import type { ParsedRecipe } from '../../swap/recipe/parse.js';
import type { BlendJob, ModelSource } from './blend-job.js';
import { fromFolder, MAX_NESTING, modelPath, readRecipeFile } from './recipe-files.js';

/** What is known of a recipe beside what it says. */
interface Place {
  /** Where its paths start. */
  readonly folder: string;
  /** The recipes that led here, itself the last. */
  readonly here: readonly string[];
  /** Where its parts stand; a recipe that was never a file has no lines. */
  readonly lines?: ParsedRecipe['lines'];
}

/**
 * The job that a recipe file describes, and the recipes that it takes as models.
 *
 * @throws InputFileError as `parseRecipeFile` and `recipeOfFile`, with the line; `RECIPE_TOO_LARGE`, `RECIPE_CYCLE`
 */
export async function jobOfFile(path: string): Promise<BlendJob> {
  return readJob(path, []);
}

/** A recipe that can be changed before it is carried out. */
export interface OpenRecipe {
  /** What messages call it. */
  readonly name: string;
  readonly file: RecipeFile;
  /** The job of the recipe, or of one that has become of it; the lines of the file are those of the former only. */
  job(changed?: RecipeFile): Promise<BlendJob>;
}

/** Reads a recipe for {@link OpenRecipe}. @throws as `jobOfFile` and `jobOfDocument` */
export async function openRecipe(source: string | RecipeFile): Promise<OpenRecipe> {
  if (typeof source !== 'string') {
    const file = checked(source);
    const place = { folder: '.', here: [] };
    return { name: 'recipe', file, job: async (changed) => jobOf(checked(changed ?? file), 'recipe', place) };
  }
  const { file, lines } = await readRecipeFile(source);
  const place = { folder: dirname(source), here: [await identityOf(source)] };
  const name = basename(source, extname(source));
  return {
    name: source,
    file,
    job: async (changed) =>
      changed === undefined ? jobOf(file, name, { ...place, lines }) : jobOf(checked(changed), name, place),
  };
}

/**
 * The job that a recipe in memory describes, with paths from the current folder.
 *
 * @throws UsageError `RECIPE_MALFORMED`, and as {@link jobOfFile}
 */
export async function jobOfDocument(document: RecipeFile): Promise<BlendJob> {
  return (await openRecipe(document)).job();
}

/** @throws UsageError `RECIPE_MALFORMED` */
function checked(document: RecipeFile): RecipeFile {
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
async function jobOf(file: RecipeFile, name: string, place: Place): Promise<BlendJob> {
  const { folder, lines } = place;
  const explain: BlendJob['explain'] = async (at, action) =>
    lines === undefined ? action() : lines.explain(at, action);
  const { recipe, models } = await explain([], () => recipeOfFile(file));
  const sources = new Map<string, ModelSource>();
  for (const [model, written] of models) sources.set(model, await sourceOf(written, model, place));
  const { output = {}, preview } = file;
  return {
    recipe,
    models: sources,
    ...(output.file === undefined
      ? { out: `${name}.safetensors` }
      : { out: fromFolder(output.file, folder), outAt: ['output', 'file'] }),
    ...(output.dtype === undefined ? {} : { dtype: output.dtype }),
    ...(output.container === undefined ? {} : { container: modelPath(output.container, folder) }),
    ...(output.networks === undefined ? {} : { networks: output.networks }),
    ...(output.lossy === true ? { lossy: true } : {}),
    ...(preview === undefined ? {} : { preview: fromFolder(preview.file, folder) }),
    ...(preview?.seeds === undefined
      ? {}
      : { seeds: await explain(['preview', 'seeds'], () => seedsOf(preview.seeds!)) }),
    ...(preview?.class === undefined ? {} : { class: preview.class }),
    explain,
  };
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
  const cycle = (what: string, hint?: string) => {
    const [message, options] = [`models.${name}: ${what}`, { hint }];
    return (
      lines?.error('RECIPE_CYCLE', at, message, options) ?? new UsageError('RECIPE_CYCLE', message, options)
    );
  };
  if (here.includes(await identityOf(path))) {
    throw cycle(`${written.model} leads back to itself`, 'a recipe cannot use its own blend as a model');
  }
  if (here.length >= MAX_NESTING) throw cycle(`expected at most ${MAX_NESTING} recipes in each other`);
  const read = () => readJob(path, here);
  const job = await (lines === undefined ? read() : lines.explain(at, read));
  return { written: { ...written, model: path }, job };
}

async function identityOf(path: string): Promise<string> {
  return (await fileIdentity(path)) ?? resolve(path);
}

function seedsOf(seeds: string | number | readonly number[]): number[] {
  return parseSeeds(typeof seeds === 'object' ? seeds.join(',') : String(seeds));
}
