/**
 * The factor L of a symmetric positive definite matrix, A = L · L^T.
 * @param matrix [size, size], only its lower half is read
 * @returns [size, size], zero above the diagonal
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) rest -= factor[i * size + k]! * factor[j * size + k]!;
      // Rounding may leave less than nothing of a direction that hardly counts.
      factor[i * size + j] = i === j ? Math.sqrt(Math.max(rest, SMALLEST)) : rest / factor[j * size + j]!;
    }
  }
  return factor;
}

const SMALLEST = 1e-30;

/** x of L · L^T · x = right, [size]. */
export function solveCholesky(factor: Float64Array, right: Float64Array): Float64Array {
  return solveUpper(factor, solveLower(factor, right));
}

function solveLower(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * size + k]! * x[k]!;
    x[i]! /= factor[i * size + i]!;
  }
  return x;
}

/** x of L^T · x = right, [size]. */
function solveUpper(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const x = right.slice();
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= factor[k * size + i]! * x[k]!;
    x[i]! /= factor[i * size + i]!;
  }
  return x;
}
