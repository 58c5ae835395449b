import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorOf } from '../../graph/index.js';
import { depthwiseFilter, filters, kernelOf, phaseFilters } from './filters.js';
import { storedShape } from './layout.js';
import type { Builder, TensorFlow } from './tensorflow.js';

/** A convolution whose filters are ready. */
export type Convolution = (x: Tensor4D) => Tensor4D;

export type Zeros = [[0, 0], [top: number, bottom: number], [left: number, right: number], [0, 0]];

export function convolution(builder: Builder, node: TensorOf<'conv2d'>): Convolution {
  const { tf } = builder;
  const { stride, groups } = node.attributes;
  const [top, left, bottom, right] = node.attributes.padding;
  const padding: Zeros = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const kernel = kernelOf(node);
  if (groups > 1 && kernel.inputs === 1) {
    const filter = depthwiseFilter(builder, kernel, groups);
    return (x) => tf.depthwiseConv2d(x, filter, stride, padding);
  }
  const each = filters(builder, kernel, groups).map(
    (filter): Convolution =>
      (x) =>
        tf.conv2d(x, filter, stride, padding),
  );
  return byGroup(tf, each);
}

/**
 * Not TensorFlow's conv2dTranspose, which in WebAssembly is several times slower than the ordinary convolutions that
 * this is made of, and which knows neither groups nor cutting off unequal borders.
 */
export function transposedConvolution(builder: Builder, node: TensorOf<'convTranspose2d'>): Convolution {
  const { tf } = builder;
  const { stride, padding } = node.attributes;
  const [top, left] = padding;
  const [, height, width] = storedShape(node.shape) as [number, number, number];
  const kernel = kernelOf(node);
  const taps = [kernel.height, kernel.width].map((extent) => Math.ceil(extent / stride)) as [number, number];

  const each = phaseFilters(builder, kernel, node.attributes).map((phases): Convolution => {
    return (x) => {
      const [n, h, w] = x.shape;
      const [rows, columns] = [h + taps[0] - 1, w + taps[1] - 1];
      const lines = phases.map((filter) => {
        const zeros: Zeros = [
          [0, 0],
          [filter.shape[0] - 1, taps[0] - 1],
          [taps[1] - 1, taps[1] - 1],
          [0, 0],
        ];
        return tf.reshape(tf.conv2d(x, filter, 1, zeros), [n * rows, 1, columns * stride * kernel.inputs]);
      });
      const whole = [n, rows * stride, columns * stride, kernel.inputs] as [number, number, number, number];
      const interleaved = tf.reshape(tf.concat(lines, 1), whole) as Tensor4D;
      return tf.slice(interleaved, [0, top, left, 0], [n, height, width, kernel.inputs]);
    };
  });
  return byGroup(tf, each);
}

/** Each part of the channels through its own convolution. TensorFlow.js has no convolutions in groups. */
function byGroup(tf: TensorFlow, convolutions: readonly Convolution[]): Convolution {
  const [only] = convolutions;
  if (convolutions.length === 1) return only!;
  return (x) => {
    const parts = tf.split<Tensor4D>(x, convolutions.length, 3);
    return tf.concat(
      parts.map((part, group) => convolutions[group]!(part)),
      3,
    );
  };
}
