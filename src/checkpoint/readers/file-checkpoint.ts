import { closing } from '../../files/closing.js';
import type { RandomAccessFile } from '../../files/random-access.js';
import { sha256OfFile } from '../../files/sha256.js';
import { missingTensor } from '../../formats/stored-tensor.js';
import { deriveAnyArchitecture } from '../architecture/derive-any-architecture.js';
import { expectedTensors } from '../architecture/expected-tensors.js';
import type { Checkpoint, TensorInfo } from '../checkpoint.js';
import type { FileContent } from './file-content.js';

/**
 * The checkpoint that a file holds. Of a StyleGAN2 generator only its own tensors are offered, in the order of the
 * network, and in canonical shapes whatever way the file spells a scalar.
 *
 * @throws InputFileError as `deriveAnyArchitecture`
 */
export function fileCheckpoint(file: RandomAccessFile, content: FileContent): Checkpoint {
  const { path } = file;
  const { format, network, tensors, metadata } = content;
  const architecture = deriveAnyArchitecture(tensors, content.hints, path);
  const infos = new Map<string, TensorInfo>();
  // The order and the spelling of scalars are the network's where all of its tensors are known.
  const shapes: Iterable<[string, readonly number[]]> =
    architecture.family === 'stylegan2'
      ? expectedTensors(architecture)
      : Array.from(tensors, ([name, { shape }]) => [name, shape]);
  for (const [name, shape] of shapes) {
    const tensor = tensors.get(name);
    if (tensor !== undefined) infos.set(name, { name, shape, dtype: tensor.dtype });
  }
  let sha256: Promise<string> | undefined;
  return {
    architecture,
    tensors: infos,
    metadata,
    origin: { path, format, ...(network === undefined ? {} : { network }) },
    read: async (name, buffers) => {
      if (!infos.has(name)) throw missingTensor(path, name);
      return tensors.get(name)!.read(buffers);
    },
    sha256: () => {
      sha256 ??= sha256OfFile(path);
      return sha256;
    },
    ...closing(() => file.close()),
  };
}
