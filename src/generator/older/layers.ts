import {
  add,
  constant,
  conv2d,
  convTranspose2d,
  matmul,
  mean,
  mul,
  rsqrt,
  scalar,
  square,
  type Tensor,
} from '../../graph/index.js';
import { scaled, type Tensors } from '../weights.js';

/**
 * Layers that StyleGAN and PGGAN share (their `networks_stylegan.py`, `networks.py`). Weights are stored at unit
 * size: at run time they are multiplied by gain / sqrt(fan_in), here once, when the constant is made.
 */

/** Slope of the leaky ReLU below 0; it has no gain: that is in the weights. */
export const SLOPE = 0.2;

/** Makes up for what a leaky ReLU takes. */
export const GAIN = Math.SQRT2;

/** x / sqrt(mean(x²) + 1e-8) over the axis of features, of [N, C] or [N, C, H, W] (PGGAN section 4.2). */
export function pixelNorm(x: Tensor): Tensor {
  return mul(x, rsqrt(add(mean(square(x), [1]), scalar(1e-8))));
}

/** x [N, in] -> [N, out], with the weight [out, in] and bias [out] of a layer. */
export function denseLayer(
  tensors: Tensors,
  name: string,
  x: Tensor,
  gain: number,
  lrMultiplier = 1,
): Tensor {
  const fanIn = x.shape[1]!;
  const bias = tensors.values(`${name}/bias`);
  const runtime = (gain * lrMultiplier) / Math.sqrt(fanIn);
  const weight = scaled(tensors.values(`${name}/weight`), runtime, [bias.length, fanIn]);
  return add(matmul(x, weight, false, true), scaled(bias, lrMultiplier, [1, bias.length]));
}

/** 3x3 convolution [N, I, r, r] -> [N, O, r, r] with the kernel [O, I, 3, 3] of a layer, without its bias. */
export function convolution(tensors: Tensors, name: string, x: Tensor): Tensor {
  const { kernel, outputs, inputs } = kernelOf(tensors, name, x);
  return conv2d(x, constant(kernel, [outputs, inputs, 3, 3]), { padding: [1, 1, 1, 1] });
}

/**
 * Doubling and 3x3 convolution in one: [N, I, r, r] -> [N, O, 2r, 2r], without the bias. A transposed convolution
 * with stride 2, whose 4x4 kernel is the sum of the four one-pixel shifts of the 3x3 kernel.
 * @param fused as the fused layers of the TensorFlow code do it. The others double by nearest neighbour and then
 *   convolve; that is the same with the kernel turned around, in half of the multiplications
 */
export function upConvolution(tensors: Tensors, name: string, x: Tensor, fused: boolean): Tensor {
  const { kernel, outputs, inputs } = kernelOf(tensors, name, x);
  const wide = new Float32Array(inputs * outputs * 16);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const [from, to] = [(o * inputs + i) * 9, (i * outputs + o) * 16];
      for (let k = 0; k < 9; k++) {
        const at = to + Math.floor(k / 3) * 4 + (k % 3);
        const value = kernel[from + (fused ? k : 8 - k)]!;
        for (const shift of [0, 1, 4, 5]) wide[at + shift]! += value;
      }
    }
  }
  return convTranspose2d(x, constant(wide, [inputs, outputs, 4, 4]), { stride: 2, padding: [1, 1, 1, 1] });
}

/** 1x1 convolution to colours, linear: [N, C, r, r] -> [N, 3, r, r]. */
export function toColours(tensors: Tensors, name: string, x: Tensor): Tensor {
  const channels = x.shape[1]!;
  const weight = scaled(tensors.values(`${name}/weight`), 1 / Math.sqrt(channels), [3, channels, 1, 1]);
  return add(conv2d(x, weight), constant(tensors.values(`${name}/bias`), [1, 3, 1, 1]));
}

function kernelOf(
  tensors: Tensors,
  name: string,
  x: Tensor,
): { kernel: Float32Array; outputs: number; inputs: number } {
  const inputs = x.shape[1]!;
  const runtime = GAIN / Math.sqrt(9 * inputs);
  const kernel = tensors.values(`${name}/weight`).map((value) => value * runtime);
  return { kernel, inputs, outputs: kernel.length / (9 * inputs) };
}
