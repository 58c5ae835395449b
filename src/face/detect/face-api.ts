import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../engine/tfjs/tensorflow.js';

/** What is used of @vladmandic/face-api; its own types repeat all of TensorFlow.js's. */
export interface FaceApi {
  readonly nets: {
    readonly ssdMobilenetv1: Network & {
      locateFaces(picture: Tensor3D, options: unknown): Promise<readonly Detection[]>;
    };
    readonly faceLandmark68Net: Network & {
      detectLandmarks(picture: Tensor3D): Promise<{ readonly relativePositions: readonly PlainPoint[] }>;
    };
  };
  readonly SsdMobilenetv1Options: new (options: { minConfidence: number; maxResults: number }) => unknown;
}

/** Pixels of the picture that was searched. */
export interface Detection {
  readonly score: number;
  readonly box: PlainPoint & { readonly width: number; readonly height: number };
}

interface Network {
  loadFromDisk(folder: string): Promise<void>;
}

interface PlainPoint {
  readonly x: number;
  readonly y: number;
}

const PACKAGE = '@vladmandic/face-api';
const require = createRequire(import.meta.url);

/**
 * Loads the package and the weights of its detector and its landmark network, all from its npm package, to compute
 * with `tf`.
 *
 * Each of its builds requires one certain set of TensorFlow.js packages, with @tensorflow/tfjs the whole family of some
 * 150 MB, of which the core does: therefore its code is given the TensorFlow.js that there is.
 */
export async function loadFaceApi(tf: TensorFlow): Promise<FaceApi> {
  const root = dirname(require.resolve(`${PACKAGE}/package.json`));
  const filename = join(root, 'dist', 'face-api.node-wasm.js');
  const module = { exports: {} };
  const requireFor = (name: string) => (name.startsWith('@tensorflow/') ? tf : require(name));
  const source = await readFile(filename, 'utf8');
  compileFunction(source, ['require', 'module', 'exports'], { filename })(requireFor, module, module.exports);
  addMethods(tf);
  const api = module.exports as FaceApi;
  const models = join(root, 'model');
  await api.nets.ssdMobilenetv1.loadFromDisk(models);
  await api.nets.faceLandmark68Net.loadFromDisk(models);
  return api;
}

/** Gives tensors the methods that @tensorflow/tfjs would, as far as the two networks call them. */
function addMethods(tf: TensorFlow): void {
  const prototype = tf.Tensor.prototype as unknown as Record<string, unknown>;
  const reshaping = function (this: Tensor, ...shape: number[]) {
    return tf.reshape(this, shape);
  };
  prototype['as1D'] ??= function (this: Tensor) {
    return tf.reshape(this, [this.size]);
  };
  for (const name of ['as2D', 'as3D', 'as4D']) prototype[name] ??= reshaping;
  for (const name of ['sub', 'mul', 'div'] as const) {
    prototype[name] ??= function (this: Tensor, other: Tensor) {
      return tf[name](this, other);
    };
  }
}
