import { add, constant, conv2d, reshape, type Tensor } from '../../graph/index.js';
import type { Weight } from './weights.js';

/**
 * A convolution with as many zeros around the picture as TensorFlow's padding `same` has: the result has ⌈extent /
 * stride⌉ rows and columns, and where an odd number of zeros is needed, the larger half comes after the end.
 * @param kernel [O, I, kh, kw], or [C, 1, kh, kw] for each channel by itself
 */
export function convolution(x: Tensor, kernel: Weight, stride = 1): Tensor {
  const [, inputs, ...size] = kernel.shape as [number, number, number, number];
  const [, channels, ...extents] = x.shape as [number, number, number, number];
  const [rows, columns] = extents.map((extent, axis) =>
    Math.max(0, (Math.ceil(extent / stride) - 1) * stride + size[axis]! - extent),
  ) as [number, number];
  const [top, left] = [rows, columns].map((zeros) => Math.floor(zeros / 2)) as [number, number];
  return conv2d(x, constant(kernel.values, kernel.shape), {
    stride,
    padding: [top, left, rows - top, columns - left],
    groups: channels / inputs,
  });
}

/** x [N, C, H, W] plus a number for each channel. */
export function biased(x: Tensor, { values, shape }: Weight): Tensor {
  return add(x, reshape(constant(values, shape), [1, shape[0]!, 1, 1]));
}
