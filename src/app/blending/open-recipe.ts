import type { BlendJob } from './job.js';
import { jobOf } from './job-of.js';
import { isPair, openPair } from './pair-source.js';
import type { BlendSource, OpenRecipe } from './source.js';

/**
 * Reads what says how to blend, and the recipes that it takes as models; no model is opened. Paths in a recipe start
 * from the folder of its file, those in an object from the current one.
 *
 * @throws InputFileError as `parseRecipeFile` and `completeRecipe`, with the line; `RECIPE_TOO_LARGE`,
 *   `RECIPE_CYCLE`; UsageError `RECIPE_MALFORMED` for an object
 */
export async function openRecipe(source: BlendSource): Promise<OpenRecipe> {
  if (typeof source === 'object' && isPair(source)) {
    return openPair(source, (document, out) => jobOf(document, out, { folder: '.', here: [] }));
  }
  const { openFile, openObject } = await import('./written-recipe.js');
  return typeof source === 'string' ? openFile(source) : openObject(source);
}

/** What a source says is to be done. @throws as {@link openRecipe} */
export async function blendJob(source: BlendSource): Promise<BlendJob> {
  return (await openRecipe(source)).job();
}
