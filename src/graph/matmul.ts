import { node, requireGraph, sameShape, type Tensor } from './tensor.js';

/**
 * a [M, K] · b [K, N] → [M, N]; with `transposeA` a is [K, M], with `transposeB` b is [N, K].
 * With three axes the same for each index of the first one, which both have in common.
 */
export function matmul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  const [m, k] = matrixShape(a, transposeA);
  const [k2, n] = matrixShape(b, transposeB);
  const batch = a.shape.slice(0, -2);
  requireGraph(
    k === k2 && sameShape(batch, b.shape.slice(0, -2)),
    () => `matmul of [${a.shape}] and [${b.shape}] (${transposeA}, ${transposeB})`,
  );
  return node('matmul', { transposeA, transposeB }, [a, b], [...batch, m, n], (g) => [
    () => (transposeA ? matmul(b, g, transposeB, true) : matmul(g, b, false, !transposeB)),
    () => (transposeB ? matmul(g, a, true, transposeA) : matmul(a, g, !transposeA, false)),
  ]);
}

function matrixShape(x: Tensor, transposed: boolean): [number, number] {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}
