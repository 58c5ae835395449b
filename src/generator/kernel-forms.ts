import { constant, reshape, square, sum, type Tensor, transpose } from '../graph/index.js';

// What is derived from kernels of modulated convolutions: once, where a kernel is constant, else in the graph.

/** Σ over the pixels of a kernel [O, I, 3, 3] of its squares, [O, I]. */
export function energyOf(kernel: Tensor): Tensor {
  const [outputs, inputs, kh, kw] = kernel.shape as [number, number, number, number];
  if (kernel.kind !== 'constant') return reshape(sum(square(kernel), [2, 3]), [outputs, inputs]);
  return constant(squaredNorms(kernel.attributes.values, kh * kw), [outputs, inputs]);
}

/** [O, I, 3, 3] -> [I, O, 3, 3]. */
export function exchanged(kernel: Tensor): Tensor {
  const [outputs, inputs, kh, kw] = kernel.shape as [number, number, number, number];
  if (kernel.kind !== 'constant') return transpose(kernel, [1, 0, 2, 3]);
  const { values } = kernel.attributes;
  const area = kh * kw;
  const result = new Float32Array(values.length);
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const source = (o * inputs + i) * area;
      result.set(values.subarray(source, source + area), (i * outputs + o) * area);
    }
  }
  return constant(result, [inputs, outputs, kh, kw]);
}

function squaredNorms(kernel: Float32Array, area: number): Float32Array {
  const norms = new Float32Array(kernel.length / area);
  for (let pair = 0; pair < norms.length; pair++) {
    let total = 0;
    for (let k = pair * area; k < (pair + 1) * area; k++) total += kernel[k]! * kernel[k]!;
    norms[pair] = total;
  }
  return norms;
}
