/**
 * stylegan-blend as a library: read generators, blend them resolution by resolution, find the w of a picture and
 * render it through the blend. Nothing here prints; long work takes an `AbortSignal` and reports through callbacks.
 */

export { type BlendOptions, blend, type PairToBlend } from './app/blend.js';
export { type ProjectPictureOptions, project } from './app/project.js';
export { type OpenGrid, type RecipeAxis, type RecipeSweep, recipeGrid } from './app/recipe-sweep.js';
export { type RenderOptions, render } from './app/render.js';
export { type Replay, type ReplayOptions, replay } from './app/replay.js';
export { type RecipeSweepOptions, type SwapSweepOptions, type SweepOptions, sweep } from './app/sweep.js';
export type { ModelSource } from './app/with-model.js';
export {
  type AnyArchitecture,
  type Architecture,
  type PgganArchitecture,
  type RenderedArchitecture,
  resolutionsOf,
  type StyleGan1Architecture,
  styleRows,
} from './checkpoint/architecture/architecture.js';
export { type Checkpoint, type Origin, resolutionOf, type TensorInfo } from './checkpoint/checkpoint.js';
export { type CheckpointFile, openCheckpointFile } from './checkpoint/checkpoint-file.js';
export { type ConvertOptions, type ConvertReport, convertCheckpoint } from './checkpoint/convert/convert.js';
export {
  type InPlaceReport,
  type WriteInPlaceOptions,
  writeInPlace,
} from './checkpoint/in-place/write-in-place.js';
export { type CheckpointDiff, diffCheckpoints } from './checkpoint/inspect/diff.js';
export { type Inspection, inspectFile, tensorStatistics } from './checkpoint/inspect/inspect.js';
export { memoryCheckpoint } from './checkpoint/memory.js';
export { BUNDLED_MODELS, openModel, resolveModel } from './checkpoint/names.js';
export { type OpenOptions, openCheckpoint } from './checkpoint/open.js';
export { withTensors } from './checkpoint/with-tensors.js';
export { writeRosinality } from './checkpoint/writers/rosinality-write.js';
export { type WriteCheckpointOptions, writeCheckpoint } from './checkpoint/writers/write.js';
export {
  type AttributeOptions,
  type AttributionReport,
  attributePictures,
} from './compare/attribute-pictures.js';
export { type Attribution, attribute, type Verdict } from './compare/attribution.js';
export { compareImages, comparePictures, type MetricDistance } from './compare/compare-pictures.js';
export {
  availableMetrics,
  lpipsMetric,
  type Metric,
  openMetric,
  type PictureSize,
} from './compare/metrics.js';
export { type CompiledCache, clearCompiled } from './engine/cache/compiled-cache.js';
export { type DoctorReport, runDoctor } from './engine/doctor/doctor.js';
export {
  DEVICES,
  type Device,
  ENGINES,
  type Engine,
  type EngineName,
  type EngineOptions,
  type Executable,
  openEngine,
  type ProgramRecipe,
  type Values,
} from './engine/index.js';
export {
  AbortedError,
  EngineError,
  InputFileError,
  OutputError,
  PartialError,
  StyleganBlendError,
  UsageError,
} from './errors.js';
export { type AlphaCurve, type AlphaCurves, alphaCurves } from './explore/alpha-curves.js';
export { blendCandidate, type Candidate, modelCandidate } from './explore/candidate.js';
export type { SweepGrid } from './explore/grid.js';
export { amountsOfMorph, type MorphOptions, morph } from './explore/morph.js';
export {
  deviationPicture,
  type NoiseStudy,
  type NoiseStudyOptions,
  noiseStudy,
} from './explore/noise-study.js';
export {
  type BlendParameters,
  candidateOfParameters,
  type LabelledModel,
  recipeOfParameters,
} from './explore/parameters.js';
export { type CandidateOptions, type Deliver, renderCandidates } from './explore/render-candidates.js';
export { type SlideOptions, type Sliding, slide } from './explore/slide.js';
export { type StyleMix, type StyleMixOptions, styleMix } from './explore/style-mix.js';
export { type SweepAxis, type SweepSettings, sweepGrid } from './explore/sweep.js';
export { type ResolutionUsage, resolutionUsage, type UsageOptions } from './explore/usage.js';
export { type WalkOptions, walk } from './explore/walk.js';
export { checkExported, type ExportCheck } from './export/check-export.js';
export {
  type ExportedModel,
  type ExportedValue,
  type ExportOptions,
  exportOnnx,
} from './export/export-onnx.js';
export { exportReadme, type NamedModel } from './export/readme.js';
export type { ExportedNoise } from './export/synthesis-graph.js';
export { type AlignedFace, type AlignOptions, alignFace } from './face/align.js';
export { chooseFaces, type FaceChoice } from './face/choose-faces.js';
export {
  createFaceFinder,
  type Face,
  type FaceFinder,
  type FaceFinderOptions,
  type FindOptions,
} from './face/detect/find-faces.js';
export type { Landmarks, Point } from './face/landmarks.js';
export { type LandmarksFile, readLandmarks } from './face/landmarks-file.js';
export { matchColours } from './face/match-colours.js';
export { pasteFace } from './face/paste.js';
export { openPhoto, type Photo, photoOf } from './face/photo.js';
export { type Quad, quadOf } from './face/quad.js';
export { openSafetensors, type SafetensorsFile } from './formats/safetensors/read.js';
export { type FeatureSwap, withFeaturesOf } from './generator/feature-swap.js';
export type { GeneratorNetwork } from './generator/generator.js';
export { type LatentSpace, latentSpaceOf } from './generator/latent-space.js';
export { loadGenerator } from './generator/load-generator.js';
export type { NoiseLayer, NoiseMaps } from './generator/noise-layers.js';
export { mappingProgram, synthesisProgram } from './generator/programs.js';
export { RandomState } from './generator/random-state.js';
export { mapping } from './generator/stylegan2/mapping.js';
export { noiseLayers, synthesis } from './generator/stylegan2/synthesis.js';
export { loadWeights, type Weights } from './generator/weights.js';
export * as graph from './graph/index.js';
export { type OnnxOptions, toOnnx } from './graph/onnx/lower.js';
export { OPEN_BATCH } from './graph/onnx/open-batch.js';
export { type ChosenLoss, chooseLoss } from './metric/choose-loss.js';
export { combinedLoss, LOSSES, type Loss, lpipsLoss, pixelLoss, pyramidLoss } from './metric/loss.js';
export { type LpipsFiles, type LpipsWeights, loadLpips } from './metric/lpips/load.js';
export { lpipsBetween, lpipsFeatures } from './metric/lpips/lpips.js';
export { LPIPS_NAMES, type LpipsName } from './metric/lpips/names.js';
export {
  addModel,
  listModels,
  type ModelStatus,
  type PullOptions,
  pullModel,
  removeModel,
  type Terms,
  verifyModels,
} from './models/index.js';
export { elementCount } from './numbers/shape.js';
export {
  checkFilm,
  encodeFilm,
  type FilmOptions,
  type FilmSummary,
  writeFilm,
} from './picture/film/film.js';
export { type FilmFormat, filmFormatOf } from './picture/film/film-format.js';
export { fromPicture, type Picture, toPicture } from './picture/picture.js';
export { readPicture, readWholePicture } from './picture/read-picture.js';
export { contactSheet } from './picture/sheet.js';
export { encodePicture, writePicture } from './picture/write-picture.js';
export type { SearchState } from './project/descent.js';
export { type Latents as SavedLatents, loadLatents, saveLatents } from './project/latents.js';
export { noiseRegulariser } from './project/noise.js';
export { createTuner, type Tuned, type Tuner, type TuningOptions } from './project/pivotal-tuning.js';
export { DEFAULT_STEPS, PROFILES, type Profile, SPACES, type SpaceName } from './project/profile.js';
export {
  createProjector,
  type Latents,
  type Projection,
  type ProjectOptions,
  type Projector,
  type ProjectorSettings,
  type StepProgress,
} from './project/projector.js';
export { FAST_RAMPS, type Ramps, REFERENCE_RAMPS } from './project/schedule.js';
export { type KeeperOptions, keepState, type StateKeeper } from './project/search-state.js';
export { NOISE_MODES, type NoiseMode } from './render/noise-modes.js';
export { createRenderer, type Renderer, rendererOf, type SeedOptions } from './render/renderer.js';
export { parseSeeds } from './render/seeds.js';
export { type Truncation, truncated } from './render/styles.js';
export { blendCheckpoints, blendModels, type Models } from './swap/blend.js';
export { weightsAt } from './swap/mixture.js';
export { blendPlan, type PlanRow, planModels } from './swap/plan.js';
export { type Alpha, alphaAt } from './swap/recipe/alpha.js';
export { CUT_TOOLS, type Cut, type CutTool } from './swap/recipe/cut.js';
export { type RecipeModel, recipeOfFile } from './swap/recipe/document.js';
export type { RecipeFile } from './swap/recipe/file-schema.js';
export { parseRecipeFile } from './swap/recipe/parse.js';
export { parseOutput, parseRecipe } from './swap/recipe/parse-recipe.js';
export { printRecipe } from './swap/recipe/print.js';
export { type BlendRecipe, completeRecipe, RECIPE_DEFAULTS } from './swap/recipe/recipe.js';
export {
  blendMetadata,
  type RecordedOutput,
  type RecordedRecipe,
  recipeMetadata,
} from './swap/recipe/recipe-metadata.js';
export { MERGE_METHODS, type MergeMethod, type Recipe, recipeOfPair } from './swap/recipe/recipe-model.js';
export { alpha, alphas, type Schedule } from './swap/recipe/schedule.js';
export { type Slot, slotOf } from './swap/recipe/slot.js';
