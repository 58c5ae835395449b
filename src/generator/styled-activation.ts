import {
  add,
  clamp,
  dot2d,
  leakyRelu,
  leakyReluSlope,
  mul,
  rsqrt,
  square,
  sub,
  sum,
  sumTo,
  type Tensor,
  withGradient,
  within,
} from '../graph/index.js';

const SLOPE = 0.2;

/**
 * What follows a modulated convolution: y = clamp(leakyRelu(x · gain + noise + bias)).
 *
 * The gradient needs no more than y itself. A leaky ReLU is positively homogeneous, so with u = g · slope(y)
 * the sum of u · (x · gain) is that of g · y less those of u · noise and u · bias: neither x nor anything in
 * between has to be kept, which at 1024 px is two thirds of the memory of a backward pass.
 * @param x [N, C, H, W], the convolution's output before demodulation
 * @param gain [N, C, 1, 1], positive
 * @param noise [N or 1, 1, H, W], times its strength; undefined for none
 * @param bias [1, C, 1, 1]
 * @param bound null for no clamp
 */
export function styledActivation(
  x: Tensor,
  gain: Tensor,
  noise: Tensor | undefined,
  bias: Tensor,
  bound: number | null,
): Tensor {
  const demodulated = mul(x, gain);
  const noisy = noise === undefined ? demodulated : add(demodulated, noise);
  const activated = leakyRelu(add(noisy, bias), SLOPE);
  const y: Tensor = bound === null ? activated : clamp(activated, bound);

  const inputs = noise === undefined ? [x, gain] : [x, gain, noise];
  return withGradient(y, inputs, (g) => {
    const passed = bound === null ? g : mul(g, within(y, bound));
    const u = mul(passed, leakyReluSlope(y, SLOPE));
    const toGain = () => {
      const all = sub(dot2d(passed, y), mul(bias, sum(u, [2, 3])));
      return mul(noise === undefined ? all : sub(all, dot2d(u, noise)), rsqrt(square(gain)));
    };
    return [() => mul(u, gain), toGain, () => sumTo(u, noise!.shape)];
  });
}
