/** The search for pictures in a generator: projectors, losses, what was found, and comparing pictures. */
export { type AttributionReport, attributePictures } from '../compare/attribute-pictures.js';
export { type Attribution, attribute, type Verdict } from '../compare/attribution.js';
export { compareImages, comparePictures, type MetricDistance } from '../compare/compare-pictures.js';
export {
  availableMetrics,
  lpipsMetric,
  type Metric,
  openMetric,
  type PictureSize,
} from '../compare/metrics.js';
export { type ChosenLoss, chooseLoss } from '../metric/choose-loss.js';
export { combinedLoss, LOSSES, type Loss, lpipsLoss, pixelLoss, pyramidLoss } from '../metric/loss.js';
export { type LpipsFiles, type LpipsWeights, loadLpips } from '../metric/lpips/load.js';
export { lpipsBetween, lpipsFeatures } from '../metric/lpips/lpips.js';
export { LPIPS_NAMES, type LpipsName } from '../metric/lpips/names.js';
export { TRUNKS, tappedChannels, trunkTensors } from '../metric/lpips/trunks.js';
export { psnr } from '../metric/psnr.js';
export type { SearchState } from '../project/descent.js';
export { loadLatents, type SavedLatents, saveLatents } from '../project/latents.js';
export { noiseRegulariser } from '../project/noise.js';
export {
  createTuner,
  type Tuned,
  type Tuner,
  type TuningOptions,
  tunedCheckpoint,
} from '../project/pivotal-tuning.js';
export { DEFAULT_STEPS, PROFILES, type Profile, SPACES, type SpaceName } from '../project/profile.js';
export {
  createProjector,
  type Latents,
  type Projection,
  type ProjectionOptions,
  type Projector,
  type ProjectorSettings,
  type StepProgress,
} from '../project/projector.js';
export { FAST_RAMPS, type Ramps, REFERENCE_RAMPS } from '../project/schedule.js';
export { type FindOptions, type Found, openSearch, type Search } from '../project/search.js';
export { type SearchChoice, type SearchSettings, searchSettings } from '../project/search-settings.js';
export { type KeeperOptions, keepState, type StateKeeper } from '../project/search-state.js';
export { stepProgram } from '../project/step-program.js';
