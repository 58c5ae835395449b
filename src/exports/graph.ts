/** Tensor expressions with gradients, generators written in them, engines that run them, and ONNX. */
export { type CompiledCache, clearCompiled } from '../engine/cache/compiled-cache.js';
export { type DoctorReport, runDoctor } from '../engine/doctor/doctor.js';
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
} from '../engine/index.js';
export { compileStaged, type StagedExecutable } from '../engine/staged.js';
export { checkExported, type ExportCheck } from '../export/check-export.js';
export { type ExportedModel, type ExportedValue, exportOnnx } from '../export/export-onnx.js';
export { exportReadme, type NamedModel } from '../export/readme.js';
export { type FeatureSwap, withFeaturesOf } from '../generator/feature-swap.js';
export type { GeneratorNetwork, NoiseLayer } from '../generator/generator.js';
export { type LatentSpace, latentSpaceOf } from '../generator/latent-space.js';
export { loadGenerator } from '../generator/load-generator.js';
export { type NoiseMaps, noiseFeeds, noiseInputsOf } from '../generator/noise-layers.js';
export { mappingProgram, synthesisProgram } from '../generator/programs.js';
export { RandomState } from '../generator/random-state.js';
export { mapping } from '../generator/stylegan2/mapping.js';
export { noiseLayers, synthesis } from '../generator/stylegan2/synthesis.js';
export { loadWeights, type Weights } from '../generator/weights.js';
export * as graph from '../graph/index.js';
export { type OnnxOptions, toOnnx } from '../graph/onnx/lower.js';
export { OPEN_BATCH } from '../graph/onnx/open-batch.js';
