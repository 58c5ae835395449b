/** Generators and their files: reading, writing, comparing. */
export {
  type AnyArchitecture,
  type Architecture,
  type PgganArchitecture,
  type RenderedArchitecture,
  resolutionsOf,
  type StyleGan1Architecture,
  styleRows,
} from '../checkpoint/architecture/architecture.js';
export { expectedTensors } from '../checkpoint/architecture/expected-tensors.js';
export { olderTensors } from '../checkpoint/architecture/older-tensors.js';
export { type Checkpoint, type Origin, resolutionOf, type TensorInfo } from '../checkpoint/checkpoint.js';
export {
  type CheckpointFile,
  openCheckpointFile,
  readCheckpointFile,
} from '../checkpoint/checkpoint-file.js';
export { type ConvertReport, convertCheckpoint } from '../checkpoint/convert/convert.js';
export {
  type InPlaceReport,
  type WriteInPlaceOptions,
  writeInPlace,
} from '../checkpoint/in-place/write-in-place.js';
export { type CheckpointDiff, diffCheckpoints } from '../checkpoint/inspect/diff.js';
export {
  type Inspection,
  inspectFile,
  inspectOpenFile,
  tensorStatistics,
} from '../checkpoint/inspect/inspect.js';
export { memoryCheckpoint } from '../checkpoint/memory.js';
export { BUNDLED_MODELS, openModel, resolveModel } from '../checkpoint/names.js';
export { type OpenOptions, openCheckpoint } from '../checkpoint/open.js';
export { withTensors } from '../checkpoint/with-tensors.js';
export { writeRosinality } from '../checkpoint/writers/rosinality-write.js';
export { type WriteCheckpointOptions, writeCheckpoint } from '../checkpoint/writers/write.js';
export { openSafetensors, type SafetensorsFile } from '../formats/safetensors/read.js';
export { elementCount } from '../numbers/shape.js';
