/**
 * The folder of the package, for what is looked up in it. `src/files`, `dist/files` and the programs bundled into
 * `dist/bin` all lie two levels below it; no other module may look for files beside itself.
 */
export const PACKAGE_ROOT = new URL('../..', import.meta.url);
