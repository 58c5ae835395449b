import { fileURLToPath } from 'node:url';
import { PACKAGE_ROOT } from '../files/package-root.js';

/** Generators that come with the package; `fixtures/generators/README.md` says what they show and whom to credit. */
export const BUNDLED_MODELS: readonly string[] = ['toonhead', 'pixelart', 'dylan'];

const BUNDLED_FOLDER = new URL('fixtures/generators/', PACKAGE_ROOT);

/** The file of one of {@link BUNDLED_MODELS}. */
export function bundledPath(name: string): string {
  return fileURLToPath(new URL(`${name}.safetensors`, BUNDLED_FOLDER));
}
