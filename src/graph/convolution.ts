import { reshape } from './broadcasting.js';

import { constant } from './leaves.js';
import { matmul } from './matmul.js';
import { pad, transpose } from './shaping.js';
import { type ConvAttributes, node, requireGraph, type Tensor } from './tensor.js';

export interface ConvOptions {
  readonly stride?: number;
  /** Zeros around the picture: top, left, bottom, right. */
  readonly padding?: readonly [number, number, number, number];
  readonly groups?: number;
}

/**
 * Correlation of x [N, C, H, W] with a kernel [O, C / groups, kh, kw]. Constant kernels are packed beforehand by
 * engines; gradients flow to others, unless in groups.
 */
export function conv2d(x: Tensor, kernel: Tensor, options: ConvOptions = {}): Tensor {
  const attributes: ConvAttributes = { stride: 1, padding: [0, 0, 0, 0], groups: 1, ...options };
  const { stride, padding, groups } = attributes;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [o, cg, kh, kw] = kernel.shape as [number, number, number, number];
  requireGraph(
    cg * groups === c && o % groups === 0,
    () => `conv2d of [${x.shape}] with [${kernel.shape}], ${groups} groups`,
  );
  const outH = Math.floor((h + padding[0] + padding[2] - kh) / stride) + 1;
  const outW = Math.floor((w + padding[1] + padding[3] - kw) / stride) + 1;
  return node('conv2d', attributes, [x, kernel], [n, o, outH, outW], (g) => [
    () => convolutionAdjoint(g, kernel, attributes, [h, w]),
    () => kernelGradient(x, g, [kh, kw], attributes),
  ]);
}

/**
 * Transposed convolution, the adjoint of {@link conv2d}: x [N, O, H, W] with the kernel [O, C / groups, kh, kw]
 * of that convolution gives [N, C, (H - 1) · stride + kh - padding, …].
 */
export function convTranspose2d(x: Tensor, kernel: Tensor, options: ConvOptions = {}): Tensor {
  const attributes: ConvAttributes = { stride: 1, padding: [0, 0, 0, 0], groups: 1, ...options };
  const { stride, padding, groups } = attributes;
  const [n, o, h, w] = x.shape as [number, number, number, number];
  const [o2, cg, kh, kw] = kernel.shape as [number, number, number, number];
  requireGraph(o === o2, () => `convTranspose2d of [${x.shape}] with [${kernel.shape}]`);
  const outH = (h - 1) * stride + kh - padding[0] - padding[2];
  const outW = (w - 1) * stride + kw - padding[1] - padding[3];
  return node('convTranspose2d', attributes, [x, kernel], [n, cg * groups, outH, outW], (g) => [
    () => conv2d(g, kernel, attributes),
    () => kernelGradient(g, x, [kh, kw], attributes),
  ]);
}

/**
 * What flows back through a correlation to its operand of h x w pixels. With stride 1 that is a correlation with the
 * flipped kernel, inputs and outputs exchanged. A constant stays one, so engines can pre-pack it: much faster than a
 * transposed convolution.
 */
export function convolutionAdjoint(
  g: Tensor,
  kernel: Tensor,
  attributes: ConvAttributes,
  [h, w]: readonly [number, number],
): Tensor {
  const { stride, padding, groups } = attributes;
  const [kh, kw] = kernel.shape.slice(2) as [number, number];
  const [top, left, bottom, right] = padding;
  const mirrored = [kh - 1 - top, kw - 1 - left, kh - 1 - bottom, kw - 1 - right] as const;
  if (stride === 1 && Math.min(...mirrored) >= 0) {
    return conv2d(g, flipped(kernel, groups), { padding: mirrored, groups });
  }
  // With a stride the kernel may not reach the last rows and columns: what is not seen has no gradient.
  const [rows, columns] = [
    (g.shape[2]! - 1) * stride + kh - top - h,
    (g.shape[3]! - 1) * stride + kw - left - w,
  ];
  const cut = [top, left, Math.max(0, rows), Math.max(0, columns)] as const;
  const seen = convTranspose2d(g, kernel, { ...attributes, padding: cut });
  return pad(pad(seen, 2, 0, Math.max(0, -rows)), 3, 0, Math.max(0, -columns));
}

/** [O, C / groups, kh, kw] -> [C, O / groups, kh, kw], both spatial axes reversed. */
function flipped(kernel: Tensor, groups: number): Tensor {
  const [o, cg, kh, kw] = kernel.shape as [number, number, number, number];
  if (kernel.kind !== 'constant') return flippedInGraph(kernel, groups);
  const [og, area, from] = [o / groups, kh * kw, kernel.attributes.values];
  const values = new Float32Array(from.length);
  for (let group = 0; group < groups; group++) {
    for (let i = 0; i < cg; i++) {
      for (let j = 0; j < og; j++) {
        const source = ((group * og + j) * cg + i) * area;
        const target = ((group * cg + i) * og + j) * area;
        for (let k = 0; k < area; k++) values[target + k] = from[source + area - 1 - k]!;
      }
    }
  }
  return constant(values, [cg * groups, og, kh, kw]);
}

/** The same for a kernel that is not known beforehand: its pixels in reverse order by a product with a matrix. */
function flippedInGraph(kernel: Tensor, groups: number): Tensor {
  const [o, cg, kh, kw] = kernel.shape as [number, number, number, number];
  requireGraph(groups === 1, () => 'kernels of convolutions in groups are constants');
  const area = kh * kw;
  const reversal = new Float32Array(area * area);
  for (let k = 0; k < area; k++) reversal[k * area + area - 1 - k] = 1;
  const pixels = matmul(reshape(kernel, [o * cg, area]), constant(reversal, [area, area]));
  return transpose(reshape(pixels, [o, cg, kh, kw]), [1, 0, 2, 3]);
}

/**
 * The gradient of a convolution towards its kernel [O, C, kh, kw]: of `size` kh x kw, from what it was given, x [N,
 * C, H, W], and the gradient g [N, O, h, w] of its result. Linear in both, so its own gradients are convolutions with
 * the gradient of the kernel in the kernel's place.
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
