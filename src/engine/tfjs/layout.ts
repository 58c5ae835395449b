import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Shape } from '../../graph/index.js';
import type { TensorFlow } from './tensorflow.js';

/**
 * How values lie in TensorFlow.js's memory. Its convolutions want channels last, the graph says channels first
 * (axis 1). So every tensor of three or more axes is kept with axis 1 moved to the end, from the first node to the
 * last: nothing is rearranged between operations, and [N, C, H, W] becomes [N, C, H · W] without moving a number.
 */
export function storedShape(shape: Shape): number[] {
  return shape.length < 3 ? [...shape] : [shape[0]!, ...shape.slice(2), shape[1]!];
}

/** Where axis `axis` of a tensor of `rank` axes is kept. */
export function storedAxis(axis: number, rank: number): number {
  if (rank < 3 || axis === 0) return axis;
  return axis === 1 ? rank - 1 : axis - 1;
}

/** From the graph's order into the order in which values are kept. Always a new tensor, as with the others below. */
export function toStored(tf: TensorFlow, x: TfTensor, shape: Shape): TfTensor {
  if (hasOneOrder(shape)) return tf.reshape(x, storedShape(shape));
  const axes = shape.map((_, axis) => axis);
  return tf.transpose(x, [0, ...axes.slice(2), 1]);
}

/** The way back. */
export function toGraphOrder(tf: TensorFlow, x: TfTensor, shape: Shape): TfTensor {
  if (hasOneOrder(shape)) return tf.reshape(x, [...shape]);
  return tf.transpose(
    x,
    shape.map((_, axis) => storedAxis(axis, shape.length)),
  );
}

/** A value of shape `from`, as it is kept, in shape `to`. */
export function reshaped(tf: TensorFlow, x: TfTensor, from: Shape, to: Shape): TfTensor {
  const sameAxes = from.length > 2 && to.length > 2 && from[0] === to[0] && from[1] === to[1];
  if (sameAxes || (hasOneOrder(from) && hasOneOrder(to))) return tf.reshape(x, storedShape(to));
  return toStored(tf, tf.reshape(toGraphOrder(tf, x, from), [...to]), to);
}

/** Whether both orders are the same in memory: no channels to move, or nothing to move them past. */
function hasOneOrder(shape: Shape): boolean {
  return shape.length < 3 || shape[1] === 1 || shape.slice(2).every((extent) => extent === 1);
}
