import type { RandomAccessFile } from '../files/random-access.js';
import { sha256OfFile } from '../files/sha256.js';
import type { Checkpoint, Origin, StoredDType, TensorInfo } from './checkpoint.js';
import { type ArchitectureHints, deriveArchitecture } from './derive-architecture.js';
import { expectedTensors } from './expected-tensors.js';
import { missingTensor } from './memory.js';

/** A tensor in a file, under its canonical name. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly dtype: StoredDType;
  read(): Promise<Float32Array>;
}

/** What a reader finds in a file: everything but the conclusions. One of these for each format. */
export interface FileContent {
  readonly format: Origin['format'];
  readonly network?: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly hints: ArchitectureHints;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The checkpoint that a file holds. Only the tensors of the generator are offered, in the order of the network, and
 * in canonical shapes whatever way the file spells a scalar.
 *
 * @throws InputFileError as `deriveArchitecture`
 */
export function fileCheckpoint(file: RandomAccessFile, content: FileContent): Checkpoint {
  const { path } = file;
  const { format, network, tensors, metadata } = content;
  const architecture = deriveArchitecture(tensors, content.hints, path);
  const infos = new Map<string, TensorInfo>();
  for (const [name, shape] of expectedTensors(architecture)) {
    infos.set(name, { name, shape, dtype: tensors.get(name)!.dtype });
  }
  let sha256: Promise<string> | undefined;
  return {
    architecture,
    tensors: infos,
    metadata,
    origin: { path, format, ...(network === undefined ? {} : { network }) },
    read: async (name) => {
      if (!infos.has(name)) throw missingTensor(path, name);
      return tensors.get(name)!.read();
    },
    sha256: () => {
      sha256 ??= sha256OfFile(path);
      return sha256;
    },
    close: () => file.close(),
  };
}
