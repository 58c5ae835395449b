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
} from '../graph/index.js';

/** 3x3 convolution [N, I, r, r] -> [N, O, r, r] with a kernel [O, I, 3, 3], doubling first with `up`. */
export function convolution(x: Tensor, kernel: Tensor, up: boolean): Tensor {
  return up ? upConvolution(x, kernel) : conv2d(x, kernel, { padding: [1, 1, 1, 1] });
}

/**
 * What demodulation divides by, squared: sum over i and pixels k of (W_oik · s_i)², [N, O]. The kernel's part of the
 * sum is a constant.
 * @param kernel [O, I, 3, 3]
 * @param style [N, I]
 */
export function squaredNorm(kernel: Float32Array, style: Tensor): Tensor {
  const inputs = style.shape[1]!;
  const outputs = kernel.length / (9 * inputs);
  const energy = constant(squaredNorms(kernel, outputs * inputs), [outputs, inputs]);
  return add(matmul(square(style), energy, false, true), scalar(1e-8));
}

/** Transposed convolution with stride 2, then the [1, 3, 3, 1] low-pass with gain 4: [N, I, r, r] -> [N, O, 2r, 2r]. */
function upConvolution(x: Tensor, kernel: Tensor): Tensor {
  const [outputs, inputs] = kernel.shape as [number, number];
  const swapped = constant(
    exchangeChannels((kernel as Tensor & { kind: 'constant' }).attributes.values, outputs, inputs),
    [inputs, outputs, 3, 3],
  );
  const doubled = convTranspose2d(x, swapped, { stride: 2 });
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

/** Σ over the kernel's pixels of W², one value for each pair of channels. */
function squaredNorms(kernel: Float32Array, pairs: number): Float32Array {
  const area = kernel.length / pairs;
  const norms = new Float32Array(pairs);
  for (let pair = 0; pair < pairs; pair++) {
    let total = 0;
    for (let k = pair * area; k < (pair + 1) * area; k++) total += kernel[k]! * kernel[k]!;
    norms[pair] = total;
  }
  return norms;
}

/** [O, I, 3, 3] -> [I, O, 3, 3]. */
function exchangeChannels(kernel: Float32Array, outputs: number, inputs: number): Float32Array {
  const exchanged = new Float32Array(kernel.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const source = (o * inputs + i) * 9;
      exchanged.set(kernel.subarray(source, source + 9), (i * outputs + o) * 9);
    }
  }
  return exchanged;
}
