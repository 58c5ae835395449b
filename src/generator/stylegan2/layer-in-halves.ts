import {
  add,
  clamp,
  constant,
  half,
  leakyRelu,
  mean,
  mul,
  rsqrt,
  scalar,
  scale,
  square,
} from '../../graph/index.js';
import { type Features, finished } from '../blocks.js';
import type { Weights } from '../weights.js';
import { convolution, perChannel, type StyledLayer, squaredNorm, styleOf } from './convolutions.js';
import { largestActivation } from './half-precision.js';

/** Factors beyond this only belong to channels whose kernel is all zeros. */
const LARGEST_GAIN = 32768;

/**
 * A layer of the synthesis network with its maps as 16-bit floats, as stylegan2-ada-pytorch has it
 * (`modulated_conv2d`, "Pre-normalize inputs to avoid FP16 overflow"): kernel and style are brought to a size at
 * which no sum can become infinite, and demodulation, computed in 32 bits, makes up for it at once. Styles are
 * divided by their root mean square where the reference takes the largest one: the bound is the same, and no maximum
 * is needed.
 */
export function styledConvolutionInHalves(styled: StyledLayer): Features {
  const { weights, layer, x, noise, up } = styled;
  const name = `synthesis.${layer}`;
  const values = weights.values(`${name}.weight`);
  const bias = weights.values(`${name}.bias`);
  const [outputs, inputs] = [bias.length, x.values.shape[1]!];
  const { kernel, factors } = bounded(values, outputs);

  const style = styleOf(styled);
  const meanSquare = add(mean(square(style), [1]), scalar(1e-20));
  const inverse = rsqrt(meanSquare);
  const size = mul(meanSquare, inverse);
  const demodulation = mul(
    rsqrt(squaredNorm(constant(values, [outputs, inputs, 3, 3]), style)),
    constant(factors, [1, outputs]),
  );
  const gain = clamp(scale(mul(demodulation, size), Math.SQRT2), LARGEST_GAIN);

  const modulated = mul(half(finished(x)), perChannel(mul(style, inverse)));
  const convolved = convolution(modulated, constant(kernel, [outputs, inputs, 3, 3]), up);
  // sqrt(2), the gain of the activation, is in demodulation, noise and bias: positive factors pass a leaky ReLU.
  let sum = mul(convolved, perChannel(gain));
  const strength = noiseStrength(weights, name);
  const map = strength === 0 ? undefined : noise.get(layer);
  if (map !== undefined) sum = add(sum, scale(map, strength * Math.SQRT2));
  const offset = constant(
    bias.map((value) => value * Math.SQRT2),
    [1, outputs, 1, 1],
  );
  const bound = Math.min(
    weights.architecture.convClamp ?? Number.POSITIVE_INFINITY,
    largestActivation(outputs),
  );
  return { values: clamp(leakyRelu(add(sum, offset), 0.2), bound) };
}

/** How strongly a layer adds its noise map; 0 where it has none. */
export function noiseStrength(weights: Weights, name: string): number {
  return weights.has(`${name}.noise_strength`) ? weights.values(`${name}.noise_strength`)[0]! : 0;
}

/** Each output's kernel brought to a largest weight of 1 / sqrt(9 · inputs), and what that has divided it by. */
function bounded(values: Float32Array, outputs: number): { kernel: Float32Array; factors: Float32Array } {
  const fanIn = values.length / outputs;
  const [kernel, factors] = [new Float32Array(values.length), new Float32Array(outputs)];
  for (let o = 0; o < outputs; o++) {
    const own = values.subarray(o * fanIn, (o + 1) * fanIn);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    factors[o] = (largest === 0 ? 1 : largest) * Math.sqrt(fanIn);
    kernel.set(
      own.map((value) => value / factors[o]!),
      o * fanIn,
    );
  }
  return { kernel, factors };
}
