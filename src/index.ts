/**
 * stylegan-blend as a library: what the commands do, each as one function. Options in, `{ document, warnings }` out;
 * nothing here prints. Long work takes an `AbortSignal` and reports through `onProgress` and `onNotice`. What these
 * functions are made of is under `stylegan-blend/checkpoint`, `/recipe`, `/graph`, `/render`, `/project`, `/face` and
 * `/toonify`.
 */
export { type AgainDocument, type AgainOptions, again } from './app/again.js';
export { type AlignDocument, type AlignOptions, align } from './app/align.js';
export { type AttributeDocument, type AttributeOptions, attribute } from './app/attribute.js';
export { type BlendDocument, type BlendOptions, blend, openBlend } from './app/blend.js';
export type { BlendSource } from './app/blending/source.js';
export { type CompareDocument, type CompareOptions, compare } from './app/compare.js';
export { type ConvertDocument, type ConvertOptions, convert } from './app/convert.js';
export { type DiffDocument, type DiffOptions, diff } from './app/diff.js';
export {
  type ClearedCacheDocument,
  clearCache,
  type DoctorDocument,
  type DoctorOptions,
  doctor,
} from './app/doctor.js';
export { type ExportDocument, type ExportOptions, exportModel } from './app/export.js';
export { type InspectDocument, type InspectOptions, inspect } from './app/inspect.js';
export { type MixDocument, type MixOptions, mix } from './app/mix.js';
export {
  type AddedModelDocument,
  addModel,
  listModels,
  type ModelPathDocument,
  type ModelsDocument,
  modelPath,
  type PulledModelsDocument,
  pullModels,
  type RemovedModelDocument,
  removeModel,
  type VerifiedModelsDocument,
  verifyModels,
} from './app/models.js';
export { type MorphDocument, type MorphOptions, morph } from './app/morph.js';
export { type NoiseDocument, type NoiseOptions, noise } from './app/noise.js';
export { type PlanDocument, type PlanOptions, plan, type RecipeAnswerDocument, recipe } from './app/plan.js';
export { type PlotDocument, type PlotOptions, plot } from './app/plot.js';
export { type ProjectDocument, type ProjectOptions, project } from './app/project.js';
export { type RenderDocument, type RenderOptions, render } from './app/render.js';
export { type ReplayDocument, type ReplayOptions, replay } from './app/replay.js';
export type { Answer, Notice, Progress, Run } from './app/run/run.js';
export { type SlideDocument, type SlideOptions, slide } from './app/slide.js';
export { type SweepDocument, type SweepOptions, sweep } from './app/sweep.js';
export { type ToonifyDocument, type ToonifyOptions, toonify } from './app/toonify.js';
export type { ToonSource } from './app/toonifying/open-models.js';
export { type UsageDocument, type UsageOptions, usage } from './app/usage.js';
export { type WalkDocument, type WalkOptions, walk } from './app/walk.js';
export type { Checkpoint } from './checkpoint/checkpoint.js';
export { openModel } from './checkpoint/names.js';
export { type Engine, type EngineOptions, openEngine } from './engine/index.js';
export {
  AbortedError,
  EngineError,
  InputFileError,
  OutputError,
  PartialError,
  StyleganBlendError,
  UsageError,
} from './errors.js';
export type { Picture } from './picture/picture.js';
export { readPicture } from './picture/read-picture.js';
export { writePicture } from './picture/write-picture.js';
export type { MergeMethod } from './swap/methods/method.js';
export { addMethod } from './swap/methods/registry.js';
export type { RecipeInput } from './swap/recipe/file/schema.js';
export type { Pair } from './swap/recipe/pair.js';
