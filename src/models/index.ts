/** Models by name: what the program and the user's manifest know, and the cache of downloaded files. */
export { addModel, removeModel } from './edit-manifest.js';
export type { ModelKind } from './entry.js';
export { cacheFolder, manifestPath } from './homes.js';
export { knownModels } from './manifest.js';
export { type PulledModel, pullModel, type Terms } from './pull.js';
export { namedFile } from './resolve.js';
export { listModels, type ModelStatus, type Verification, verifyModels } from './status.js';
