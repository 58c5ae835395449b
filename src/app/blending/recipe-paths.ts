import { isAbsolute, join } from 'node:path';

/** Recipes may take blends of other recipes as models, this deep. */
export const MAX_NESTING = 8;

/** A word is a name; anything that looks like a path starts from the recipe's folder. */
export function modelPath(model: string, folder: string): string {
  return /[/\\.]/.test(model) ? fromFolder(model, folder) : model;
}

/** A path of a recipe, which starts from the recipe's folder unless it is absolute. */
export function fromFolder(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}
