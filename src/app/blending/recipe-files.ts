import { InputFileError } from '../../errors.js';
import { openForReading } from '../../files/random-access.js';
import { MAX_RECIPE_BYTES, type ParsedRecipe, parseRecipeFile } from '../../swap/recipe/file/parse.js';

/**
 * Reads a recipe file.
 * @throws InputFileError `RECIPE_TOO_LARGE`, and those of `openForReading` and `parseRecipeFile`
 */
export async function readRecipeFile(path: string): Promise<ParsedRecipe> {
  await using file = await openForReading(path);
  // Before anything of it is in memory; line 1 because nothing has been read.
  if (file.size > MAX_RECIPE_BYTES) {
    throw new InputFileError(
      'RECIPE_TOO_LARGE',
      `${path}:1: expected a recipe of at most ${MAX_RECIPE_BYTES} bytes, found ${file.size}`,
      { hint: 'models are named in a recipe, not put into it' },
    );
  }
  const bytes = await file.read(0, file.size);
  return parseRecipeFile(new TextDecoder().decode(bytes), path);
}
