import { conv2d, convolutionAdjoint } from './linear.js';
import { type ConvAttributes, node, requireGraph, type Tensor } from './tensor.js';

/**
 * The gradient of a convolution towards its kernel [O, C, kh, kw]: of `size` kh x kw, from what it was given,
 * x [N, C, H, W], and the gradient g [N, O, h, w] of its result. Linear in both, so its own gradients are convolutions
 * with the gradient of the kernel in the kernel's place.
 */
export function kernelGradient(
  x: Tensor,
  g: Tensor,
  size: readonly [number, number],
  convolution: ConvAttributes,
): Tensor {
  const { stride, padding, groups } = convolution;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [n2, o, outH, outW] = g.shape as [number, number, number, number];
  requireGraph(
    groups === 1,
    () => 'kernels of convolutions in groups are constants: no gradient flows to them',
  );
  const reached = [outH, outW].map((extent, axis) => (extent - 1) * stride + size[axis]!);
  requireGraph(
    n === n2 && reached[0]! <= h + padding[0] + padding[2] && reached[1]! <= w + padding[1] + padding[3],
    () => `kernelGradient of [${x.shape}] and [${g.shape}] for a kernel of ${size.join(' x ')}`,
  );
  return node('kernelGradient', { ...convolution, size }, [x, g], [o, c, ...size], (k) => [
    () => convolutionAdjoint(g, k, convolution, [h, w]),
    () => conv2d(x, k, convolution),
  ]);
}
