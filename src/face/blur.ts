import type { Plane } from './planes.js';

/** Where the kernel ends, in standard deviations: as in scipy.ndimage.gaussian_filter. */
const TRUNCATE = 4;

/**
 * Above this deviation the blur is computed on a picture reduced by whole factors: its cost does not grow with the
 * deviation then, and a blur this soft has nothing left that the reduced picture could not hold.
 */
const LARGEST_DIRECT_SIGMA = 8;

/**
 * A plane blurred with a Gaussian of standard deviation `sigma` pixels; beyond the border the picture goes on
 * mirrored, the border's pixels twice (`mode='reflect'` of scipy.ndimage).
 */
export function gaussianBlur(plane: Plane, sigma: number): Plane {
  const factor = Math.ceil(sigma / LARGEST_DIRECT_SIGMA);
  if (factor <= 1) return direct(plane, sigma);
  // Averaging over a square and the line between two samples blur by themselves.
  const remaining = Math.sqrt(sigma ** 2 - (factor ** 2 - 1) / 12 - factor ** 2 / 6) / factor;
  return enlarged(direct(reduced(plane, factor), remaining), plane, factor);
}

function direct({ width, height, values }: Plane, sigma: number): Plane {
  const kernel = gaussianKernel(sigma);
  const rows = new Float32Array(values.length);
  const line = lineConvolver(Math.max(width, height), kernel);
  for (let y = 0; y < height; y++) line(values, rows, y * width, 1, width);
  const result = new Float32Array(values.length);
  for (let x = 0; x < width; x++) line(rows, result, x, width, height);
  return { width, height, values: result };
}

/** Half of the kernel, from its middle; the whole sums to 1. */
function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.trunc(TRUNCATE * sigma + 0.5);
  const half = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const sum = 2 * half.reduce((a, b) => a + b) - half[0]!;
  return half.map((value) => value / sum);
}

type LineConvolver = (
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
) => void;

/** Convolves one row or column at a time, which it copies together with its mirrored ends first. */
function lineConvolver(longest: number, kernel: Float64Array): LineConvolver {
  const radius = kernel.length - 1;
  const padded = new Float64Array(longest + 2 * radius);
  return (from, to, start, step, length) => {
    for (let i = -radius; i < length + radius; i++)
      padded[i + radius] = from[start + step * mirrored(i, length)]!;
    for (let i = 0; i < length; i++) {
      const middle = i + radius;
      let sum = padded[middle]! * kernel[0]!;
      for (let k = 1; k <= radius; k++) sum += (padded[middle - k]! + padded[middle + k]!) * kernel[k]!;
      to[start + step * i] = sum;
    }
  };
}

/** ... 1 0 | 0 1 2 ... n-1 | n-1 n-2 ... */
function mirrored(i: number, length: number): number {
  if (i >= 0 && i < length) return i;
  const inPeriod = ((i % (2 * length)) + 2 * length) % (2 * length);
  return inPeriod < length ? inPeriod : 2 * length - 1 - inPeriod;
}

/** The means of squares of `factor` pixels; those at the right and lower border may have fewer. */
function reduced({ width, height, values }: Plane, factor: number): Plane {
  const [columns, rows] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const sums = new Float32Array(columns * rows);
  for (let y = 0; y < height; y++) {
    const target = Math.floor(y / factor) * columns;
    for (let x = 0; x < width; x++) sums[target + Math.floor(x / factor)]! += values[y * width + x]!;
  }
  const extent = (i: number, length: number) => Math.min(factor, length - i * factor);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) sums[y * columns + x]! /= extent(x, width) * extent(y, height);
  }
  return { width: columns, height: rows, values: sums };
}

/** The inverse of {@link reduced}, with straight lines between the samples. */
function enlarged(small: Plane, { width, height }: Pick<Plane, 'width' | 'height'>, factor: number): Plane {
  const values = new Float32Array(width * height);
  const place = (i: number, last: number) => {
    const at = Math.min(Math.max((i + 0.5) / factor - 0.5, 0), last);
    const first = Math.floor(at);
    return { first, second: Math.min(first + 1, last), share: at - first };
  };
  const columns = Array.from({ length: width }, (_, x) => place(x, small.width - 1));
  for (let y = 0; y < height; y++) {
    const { first, second, share } = place(y, small.height - 1);
    const [upper, lower] = [first * small.width, second * small.width];
    for (let x = 0; x < width; x++) {
      const { first: left, second: right, share: across } = columns[x]!;
      const above = between(small.values[upper + left]!, small.values[upper + right]!, across);
      const below = between(small.values[lower + left]!, small.values[lower + right]!, across);
      values[y * width + x] = between(above, below, share);
    }
  }
  return { width, height, values };
}

function between(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}
