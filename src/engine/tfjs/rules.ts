import type { Tensor4D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import {
  GraphError,
  type OperationKind,
  type PoolAttributes,
  type Shape,
  type Tensor,
  type TensorOf,
} from '../../graph/index.js';
import { convolution, transposedConvolution, type Zeros } from './convolutions.js';
import { reshaped, storedAxis, storedShape } from './layout.js';
import type { Builder, TensorFlow } from './tensorflow.js';

/** From the values of a node's operands to its own, all as layout.ts keeps them. The result is a new tensor. */
export type Computation = (...operands: TfTensor[]) => TfTensor;

/** What a node is computed from at every run: not its kernel, which is packed once. */
export function operandsOf(node: Tensor): readonly Tensor[] {
  return node.kind === 'conv2d' || node.kind === 'convTranspose2d' ? node.inputs.slice(0, 1) : node.inputs;
}

/** Prepares a node that is neither an input nor a constant. */
export function computation(builder: Builder, node: Tensor): Computation {
  const rule = rules[node.kind as keyof typeof rules] as (node: Tensor, builder: Builder) => Computation;
  return rule(node, builder);
}

/** Kinds of nodes that are not computed. */
type Leaf = 'input' | 'constant';

type Rule<K extends OperationKind> = (node: TensorOf<K>, builder: Builder) => Computation;

/** One rule per kind of node. */
const rules: { [K in Exclude<OperationKind, Leaf>]: Rule<K> } = {
  add: (node, { tf }) => broadcasting(node, tf, tf.add),
  sub: (node, { tf }) => broadcasting(node, tf, tf.sub),
  mul: (node, { tf }) => broadcasting(node, tf, tf.mul),
  // Channels come last: factors and offsets [N, C] become [N, 1, 1, C].
  addPlane: ({ inputs: [, , factors] }, { tf }) => {
    const [n, c] = factors!.shape as [number, number];
    return (x, plane, ...perChannel) => {
      const [factor, offset] = perChannel.map((values) => tf.reshape(values, [n, 1, 1, c]));
      return tf.add(x!, tf.add(tf.mul(plane!, factor!), offset!));
    };
  },
  rsqrt:
    (_, { tf }) =>
    (x) =>
      tf.rsqrt(x!),
  // In WebAssembly several times as fast as its own leakyRelu.
  leakyRelu: ({ attributes: { slope } }, { tf }) =>
    slope === 0 ? (x) => tf.relu(x!) : (x) => tf.maximum(x!, tf.mul(x!, slope)),
  leakyReluSlope:
    ({ attributes: { slope } }, { tf }) =>
    (x) =>
      tf.step(x!, slope),
  clamp:
    ({ attributes: { low, high } }, { tf }) =>
    (x) =>
      tf.clipByValue(x!, low, high),
  // bound - |x| is positive inside.
  within:
    ({ attributes: { bound } }, { tf }) =>
    (x) =>
      tf.step(tf.sub(bound, tf.abs(x!)), 0),

  // With three axes the matrices are kept transposed: (A · B)ᵀ = Bᵀ · Aᵀ.
  matmul: ({ attributes: { transposeA, transposeB }, shape }, { tf }) =>
    shape.length === 2
      ? (a, b) => tf.matMul(a!, b!, transposeA, transposeB)
      : (a, b) => tf.matMul(b!, a!, transposeB, transposeA),
  conv2d: (node, builder) => {
    const convolve = convolution(builder, node);
    return (x) => convolve(x as Tensor4D);
  },
  convTranspose2d: (node, builder) => {
    const convolve = transposedConvolution(builder, node);
    return (x) => convolve(x as Tensor4D);
  },
  kernelGradient() {
    throw new GraphError('kernelGradient: kernels are packed once here, so they are constants');
  },

  sum: ({ attributes: { axes }, inputs: [x], shape }, { tf }) => {
    const extents = x!.shape;
    if (extents.length === 4 && axes.length === 2 && axes.includes(2) && axes.includes(3)) {
      // Pixels are far apart in memory: a row of ones times the matrix of pixels is ten times faster.
      const [n, c, h, w] = extents as [number, number, number, number];
      return (maps) => {
        const matrix = tf.reshape(maps!, [n, h * w, c]);
        return tf.reshape(tf.matMul(tf.ones([n, 1, h * w]), matrix), storedShape(shape));
      };
    }
    const stored = axes.map((axis) => storedAxis(axis, extents.length));
    return (values) => tf.sum(values!, stored, true);
  },
  expand: ({ inputs: [x], shape }, { tf }) => {
    const from = storedShape(x!.shape);
    const repetitions = storedShape(shape).map((extent, axis) => extent / from[axis]!);
    return (values) => tf.tile(values!, repetitions);
  },
  reshape: ({ inputs: [x], shape }, { tf }) => {
    return (values) => reshaped(tf, values!, x!.shape, shape);
  },
  transpose: ({ attributes: { permutation } }, { tf }) => {
    const rank = permutation.length;
    const order: number[] = [];
    permutation.forEach((from, to) => {
      order[storedAxis(to, rank)] = storedAxis(from, rank);
    });
    return (x) => tf.transpose(x!, order);
  },
  slice: ({ attributes: { axis, start, end }, shape }, { tf }) => {
    const size = storedShape(shape.with(axis, end - start));
    const begin = size.map((_, k) => (k === storedAxis(axis, shape.length) ? start : 0));
    return (x) => tf.slice(x!, begin, size);
  },
  pad: ({ attributes: { axis, before, after }, shape }, { tf }) => {
    const along = storedAxis(axis, shape.length);
    const amounts = shape.map((_, k): [number, number] => (k === along ? [before, after] : [0, 0]));
    return (x) => tf.pad(x!, amounts);
  },
  concat: ({ attributes: { axis }, shape }, { tf }) => {
    const along = storedAxis(axis, shape.length);
    return (...parts) => tf.concat(parts, along);
  },
  maxPool: ({ attributes: { size, stride }, inputs: [x], shape }, { tf }) => {
    const pad = zerosBeyond({ size, stride }, x!.shape, shape);
    return (values) => tf.maxPool(values as Tensor4D, size, stride, pad);
  },
  // Of equal maxima WebAssembly takes the last one, the others the first: all the same after a ReLU, where such are
  // 0.
  maxPoolGradient: ({ attributes: { size, stride }, inputs: [, g], shape }, { tf }) => {
    const pad = zerosBeyond({ size, stride }, shape, g!.shape);
    return (input, dy) => {
      const output = tf.maxPool(input as Tensor4D, size, stride, pad);
      const kernel = { filterSize: size, strides: stride, pad };
      return tf.engine().runKernel('MaxPoolGrad', { dy: dy!, input: input!, output }, kernel);
    };
  },
  averagePool: ({ attributes: { factor } }, { tf }) => {
    return (x) => tf.avgPool(x as Tensor4D, factor, factor, 'valid');
  },
  repeat: ({ shape }, { tf }) => {
    const size = shape.slice(2) as [number, number];
    return (x) => tf.image.resizeNearestNeighbor(x as Tensor4D, size);
  },
  // No backend computes in 16 bits by choice.
  half:
    (_, { tf }) =>
    (x) =>
      tf.clone(x!),
  single:
    (_, { tf }) =>
    (x) =>
      tf.clone(x!),
};

/** How far squares reach beyond the end; what is there is never a maximum. */
function zerosBeyond({ size, stride }: PoolAttributes, from: Shape, to: Shape): Zeros {
  const beyond = (axis: 2 | 3) => Math.max(0, (to[axis]! - 1) * stride + size - from[axis]!);
  return [
    [0, 0],
    [0, beyond(2)],
    [0, beyond(3)],
    [0, 0],
  ];
}

type Binary = (a: TfTensor, b: TfTensor) => TfTensor;

/** Operands with fewer axes than the result get axes of extent 1 in front first, before layout tells them apart. */
function broadcasting(
  { inputs, shape }: { readonly inputs: readonly Tensor[]; readonly shape: readonly number[] },
  tf: TensorFlow,
  operation: Binary,
): Computation {
  const aligned = (k: 0 | 1, x: TfTensor) => {
    const from = inputs[k]!.shape;
    if (from.length === 0 || from.length === shape.length) return x;
    return reshaped(tf, x, from, [...Array<number>(shape.length - from.length).fill(1), ...from]);
  };
  return (a, b) => operation(aligned(0, a!), aligned(1, b!));
}
