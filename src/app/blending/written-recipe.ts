import { basename, dirname, extname } from 'node:path';
import { UsageError } from '../../errors.js';
import { requireForm } from '../../swap/recipe/file/complaint.js';
import type { RecipeDocument, RecipeInput } from '../../swap/recipe/file/schema.js';
import { partOf, withPart } from '../../swap/recipe/file/vary.js';
import type { BlendJob } from './job.js';
import { identityOf, jobOf, type Place } from './job-of.js';
import { readRecipeFile } from './recipe-files.js';
import type { OpenRecipe } from './source.js';

// Recipes that somebody has written. What reads them takes longer to load than most blends take: pairs do without.

/** A recipe in memory. @throws UsageError `RECIPE_MALFORMED` */
export function openObject(source: RecipeInput): OpenRecipe {
  const document = checked(source);
  const place: Place = { folder: '.', here: [], read: readJob };
  return ofDocument(document, 'recipe', 'recipe', place, async () => jobOf(document, 'recipe', place));
}

/** A recipe in a file. */
export async function openFile(path: string): Promise<OpenRecipe> {
  const { file, lines } = await readRecipeFile(path);
  const place = { folder: dirname(path), here: [await identityOf(path)], read: readJob };
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
  return jobOf(file, basename(path, extname(path)), { folder: dirname(path), here, lines, read: readJob });
}
