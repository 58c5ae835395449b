/** The key of a checkpoint's metadata that holds the recipe it was made by. */
export const RECIPE_KEY = 'recipe';

/** The key that holds how it was written, where that is not as safetensors. */
export const OUTPUT_KEY = 'output';

/** The one version of recipes, in files and in metadata. Readers refuse versions that they do not know. */
export const RECIPE_VERSION = 1;
