import { fileURLToPath } from 'node:url';

/** Generators that come with the package; `fixtures/generators/README.md` says what they show and whom to credit. */
export const BUNDLED_MODELS: readonly string[] = ['toonhead', 'pixelart', 'dylan'];

/** Both `src/models` and `dist/models` lie two levels below the root of the package. */
const BUNDLED_FOLDER = new URL('../../fixtures/generators/', import.meta.url);

/** The file of one of {@link BUNDLED_MODELS}. */
export function bundledPath(name: string): string {
  return fileURLToPath(new URL(`${name}.safetensors`, BUNDLED_FOLDER));
}
