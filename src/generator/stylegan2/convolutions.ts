import {
  add,
  constant,
  conv2d,
  convTranspose2d,
  matmul,
  reshape,
  scalar,
  square,
  type Tensor,
} from '../../graph/index.js';
import type { Features } from '../blocks.js';
import { energyOf, exchanged } from '../kernel-forms.js';
import type { Weights } from '../weights.js';
import { dense } from './mapping.js';

/** A layer of the synthesis network that is about to be written. */
export interface StyledLayer {
  readonly weights: Weights;
  /** `b8.conv0` */
  readonly layer: string;
  /** What it is given. */
  readonly x: Features;
  /** Its row of w, [N, w_dim]. */
  readonly w: Tensor;
  readonly noise: ReadonlyMap<string, Tensor>;
  /** Whether it doubles the resolution. */
  readonly up: boolean;
}

/** The scale of each input channel, [N, I]: the affine layer applied to w. */
export function styleOf({ weights, layer, w }: StyledLayer): Tensor {
  return dense(weights, `synthesis.${layer}.affine`, w, 1);
}

/** 3x3 convolution [N, I, r, r] -> [N, O, r, r] with a kernel [O, I, 3, 3], doubling first with `up`. */
export function convolution(x: Tensor, kernel: Tensor, up: boolean): Tensor {
  return up ? upConvolution(x, kernel) : conv2d(x, kernel, { padding: [1, 1, 1, 1] });
}

/**
 * What demodulation divides by, squared: sum over i and pixels k of (W_oik · s_i)², [N, O].
 * @param kernel [O, I, 3, 3]
 * @param style [N, I]
 */
export function squaredNorm(kernel: Tensor, style: Tensor): Tensor {
  return add(matmul(square(style), energyOf(kernel), false, true), scalar(1e-8));
}

/**
 * Transposed convolution with stride 2, then the [1, 3, 3, 1] low-pass with gain 4: [N, I, r, r] -> [N, O, 2r, 2r].
 */
function upConvolution(x: Tensor, kernel: Tensor): Tensor {
  const doubled = convTranspose2d(x, exchanged(kernel), { stride: 2 });
  return lowPass(doubled);
}

function lowPass(x: Tensor): Tensor {
  const channels = x.shape[1]!;
  const taps = new Float32Array(channels * 4).map((_, k) => [0.25, 0.75, 0.75, 0.25][k % 4]!);
  const across = conv2d(x, constant(taps, [channels, 1, 1, 4]), { padding: [0, 1, 0, 1], groups: channels });
  return conv2d(across, constant(taps, [channels, 1, 4, 1]), { padding: [1, 0, 1, 0], groups: channels });
}

/** Doubles the picture with the [1, 3, 3, 1] filter. */
export function upsample(image: Tensor): Tensor {
  const channels = image.shape[1]!;
  const line = [0.25, 0.75, 0.75, 0.25];
  const taps = new Float32Array(channels * 16).map((_, k) => line[k % 4]! * line[Math.floor(k / 4) % 4]!);
  const kernel = constant(taps, [channels, 1, 4, 4]);
  return convTranspose2d(image, kernel, { stride: 2, padding: [1, 1, 1, 1], groups: channels });
}

/** [N, C] -> [N, C, 1, 1]. */
export function perChannel(x: Tensor): Tensor {
  return reshape(x, [x.shape[0]!, x.shape[1]!, 1, 1]);
}
