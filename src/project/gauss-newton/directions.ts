import { RandomState } from '../../generator/random-state.js';

const ITERATIONS = 12;
const SEED = 0;

/**
 * The directions in which samples vary most, the widest first, each as long as the deviation along it: the principal
 * components, by subspace iteration. Exact enough to search along; of all of them (`count` = `dim`) any basis would
 * do.
 * @param samples [n, dim]
 * @returns count rows of [dim]
 */
export function widestDirections(
  samples: Float32Array,
  centre: Float32Array,
  count: number,
): readonly Float32Array[] {
  const dim = centre.length;
  const matrix = covariance(samples, centre);
  const random = new RandomState(SEED);
  let rows = Array.from({ length: Math.min(count, dim) }, () => random.randn(dim));
  orthonormalise(rows);
  for (let k = 0; k < ITERATIONS; k++) {
    rows = rows.map((row) => times(matrix, row));
    orthonormalise(rows);
  }
  const spread = (row: Float64Array) => Math.sqrt(Math.max(dot(row, times(matrix, row)), 0));
  return rows
    .map((row) => ({ row, deviation: spread(row) }))
    .toSorted((a, b) => b.deviation - a.deviation)
    .map(({ row, deviation }) => Float32Array.from(row, (value) => value * deviation));
}

function covariance(samples: Float32Array, centre: Float32Array): Float64Array {
  const dim = centre.length;
  const count = samples.length / dim;
  const matrix = new Float64Array(dim * dim);
  const offset = new Float64Array(dim);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < dim; i++) offset[i] = samples[n * dim + i]! - centre[i]!;
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j <= i; j++) matrix[i * dim + j]! += offset[i]! * offset[j]!;
    }
  }
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * dim + j]! /= count;
      matrix[j * dim + i] = matrix[i * dim + j]!;
    }
  }
  return matrix;
}

/** Gram-Schmidt, in place and in order. */
function orthonormalise(rows: readonly Float64Array[]): void {
  rows.forEach((row, k) => {
    for (let i = 0; i < k; i++) {
      const share = dot(row, rows[i]!);
      for (let j = 0; j < row.length; j++) row[j]! -= share * rows[i]![j]!;
    }
    const length = Math.sqrt(dot(row, row)) || 1;
    for (let j = 0; j < row.length; j++) row[j]! /= length;
  });
}

function times(matrix: Float64Array, row: Float64Array): Float64Array {
  const dim = row.length;
  return row.map((_, i) => dot(matrix.subarray(i * dim, (i + 1) * dim), row));
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
