import type { Tensor3D } from '@tensorflow/tfjs-core';
import { openTfjsMachine } from '../../engine/tfjs/open.js';
import type { TfjsOptions } from '../../engine/tfjs/options.js';
import { type Machine, onBackend } from '../../engine/tfjs/tensorflow.js';
import { EngineError } from '../../errors.js';
import { CHANNELS, type Picture } from '../../picture/picture.js';
import { type FaceApi, loadFaceApi } from './face-api.js';

/** The detector and the landmark network, and what computes them. */
export interface Networks {
  readonly machine: Machine;
  readonly api: FaceApi;
  /** With what they are computed, for people. */
  readonly description: string;
}

/**
 * Loads the networks of @vladmandic/face-api on TensorFlow.js: natively where the user has installed
 * @tensorflow/tfjs-node-gpu or tfjs-node, otherwise in WebAssembly.
 * @throws EngineError `FACES_NOT_LOADABLE`, `ENGINE_NOT_INSTALLED`, `ENGINE_NOT_LOADABLE`
 */
export async function loadNetworks(options: TfjsOptions): Promise<Networks> {
  const { engine, machine } = await openTfjsMachine(options);
  try {
    const api = await onBackend(machine, () => loadFaceApi(machine.tf));
    return { machine, api, description: `@vladmandic/face-api on ${engine.description}` };
  } catch (cause) {
    throw new EngineError('FACES_NOT_LOADABLE', 'the face detector, @vladmandic/face-api, cannot be loaded', {
      hint: 'npm install @vladmandic/face-api, or use pictures that are aligned already with --no-align',
      cause,
    });
  }
}

/** Does `work` with a picture as a tensor of [height, width, 3] levels. */
export function withTensor<T>(
  machine: Machine,
  { width, height, data }: Picture,
  work: (tensor: Tensor3D) => Promise<T>,
): Promise<T> {
  return onBackend(machine, async () => {
    const tensor = machine.tf.tensor3d(data, [height, width, CHANNELS], 'int32');
    try {
      return await work(tensor);
    } finally {
      tensor.dispose();
    }
  });
}
