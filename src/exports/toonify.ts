/** What `toonify` is made of, for programs that have their pictures in memory. */
export {
  BUNDLED_PAIR,
  type FinishedBlend,
  type OpenToonModels,
  openToonModels,
  type ToonSource,
} from '../app/toonifying/open-models.js';
export type { ToonModels } from '../toonify/models.js';
export type { ToonSettings } from '../toonify/settings.js';
export { createToonifier, type Toon, type Toonifier, type ToonOptions } from '../toonify/toonifier.js';
