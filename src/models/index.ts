/** Models by name: what the program and the user's manifest know, and the cache of downloaded files. */
export { type AddOptions, addModel, removeModel } from './edit-manifest.js';
export type { KnownModel, ModelEntry, ModelKind } from './entry.js';
export { cacheFolder, manifestPath } from './homes.js';
export { knownModels } from './manifest.js';
export { type PulledModel, type PullOptions, pullModel, type Terms } from './pull.js';
export { knownNames, namedFile } from './resolve.js';
export { listModels, type ModelState, type ModelStatus, type Verification, verifyModels } from './status.js';
