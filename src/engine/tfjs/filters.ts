import type { Tensor4D } from '@tensorflow/tfjs-core';
import { type ConvAttributes, requireGraph, type TensorOf } from '../../graph/index.js';
import type { Builder } from './tensorflow.js';

/** The constant kernel [O, C / groups, kh, kw] of a convolution. */
export interface Kernel {
  readonly outputs: number;
  /** Input channels of each group. */
  readonly inputs: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

export function kernelOf(node: TensorOf<'conv2d'> | TensorOf<'convTranspose2d'>): Kernel {
  const kernel = node.inputs[1]!;
  requireGraph(kernel.kind === 'constant', () => `${node.kind} with a computed kernel`);
  const [outputs, inputs, height, width] = kernel.shape as [number, number, number, number];
  return { outputs, inputs, height, width, values: kernel.attributes.values };
}

/** For TensorFlow's conv2d: one filter [kh, kw, in, out] for each group. */
export function filters(builder: Builder, kernel: Kernel, groups: number): Tensor4D[] {
  const { outputs, inputs, height, width } = kernel;
  const each = outputs / groups;
  return range(groups).map((group) =>
    filter(builder, [height, width, inputs, each], (y, x, i, o) => at(kernel, group * each + o, i, y, x)),
  );
}

/** For TensorFlow's depthwiseConv2d, where every group has one channel: [kh, kw, groups, outputs of each]. */
export function depthwiseFilter(builder: Builder, kernel: Kernel, groups: number): Tensor4D {
  const { outputs, height, width } = kernel;
  const each = outputs / groups;
  return filter(builder, [height, width, groups, each], (y, x, group, o) =>
    at(kernel, group * each + o, 0, y, x),
  );
}

/**
 * A transposed convolution with stride s as s ordinary ones, one for each row of the result modulo s. The columns
 * modulo s are channels: the filters are [taps, taps, in, s · out]. Row s · i + p of the result is the sum over a of
 * row i - a of x times row s · a + p of the kernel.
 * @returns for each group and each p, the filter
 */
export function phaseFilters(
  builder: Builder,
  kernel: Kernel,
  { stride, groups }: ConvAttributes,
): Tensor4D[][] {
  const { outputs, inputs, height, width } = kernel;
  const each = outputs / groups;
  const taps = Math.ceil(width / stride);
  return range(groups).map((group) =>
    range(stride).map((p) => {
      const rows = phaseTaps(height, stride, p);
      return filter(builder, [rows, taps, each, stride * inputs], (a, b, o, column) => {
        const y = stride * (rows - 1 - a) + p;
        const x = stride * (taps - 1 - b) + Math.floor(column / inputs);
        return y < height && x < width ? at(kernel, group * each + o, column % inputs, y, x) : 0;
      });
    }),
  );
}

/** How many rows of a kernel belong to phase `p`; at least one, of zeros if need be. */
function phaseTaps(extent: number, stride: number, p: number): number {
  return Math.max(1, Math.ceil((extent - p) / stride));
}

type Entry = (y: number, x: number, input: number, output: number) => number;

function filter({ tf, keep }: Builder, shape: [number, number, number, number], entry: Entry): Tensor4D {
  const [height, width, inputs, outputs] = shape;
  const values = new Float32Array(height * width * inputs * outputs);
  let k = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) values[k++] = entry(y, x, i, o);
  return keep(tf.tensor4d(values, shape));
}

function at(
  { values, inputs, height, width }: Kernel,
  output: number,
  i: number,
  y: number,
  x: number,
): number {
  return values[((output * inputs + i) * height + y) * width + x]!;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}
