import type { GeneratorNetwork } from '../generator/generator.js';
import {
  add,
  broadcastTo,
  clamp,
  constant,
  input,
  mul,
  reshape,
  scalar,
  scale,
  sub,
  type Tensor,
} from '../graph/index.js';

/**
 * From z to truncated latents, as one graph: inputs `z` [batch, z_dim], `label` [batch, classes] where there are
 * classes, `psi` [] where there is an average w, `cutoff` [] where that is an input.
 * @param cutoff how many rows are truncated, or `input`
 * @returns [batch, rows, dim]
 */
export function latentsGraph(network: GeneratorNetwork, batch: number, cutoff: number | 'input'): Tensor {
  const { architecture, space, average } = network;
  const { zDim, classes } = architecture;
  const label = classes > 0 ? input('label', [batch, classes]) : undefined;
  const w = reshape(network.mapping(input('z', [batch, zDim]), label), [batch, 1, space.dim]);
  if (average === undefined) return broadcastTo(w, [batch, space.rows, space.dim]);
  // w + (psi - 1) · (w - w_avg): with psi 1 this is w, to the last bit.
  const pull = mul(sub(input('psi', []), scalar(1)), truncatedRows(space.rows, cutoff));
  return add(w, mul(pull, sub(w, constant(average, [1, 1, space.dim]))));
}

/** 1 for rows that are truncated and 0 for the others, [1, rows, 1]. */
function truncatedRows(rows: number, cutoff: number | 'input'): Tensor {
  const indices = Float32Array.from({ length: rows }, (_, row) => row);
  if (cutoff !== 'input') {
    return constant(
      indices.map((row) => (row < cutoff ? 1 : 0)),
      [1, rows, 1],
    );
  }
  // Row and cutoff are whole numbers: their distance, clamped to ±½ around the middle between two of them, is a step.
  const distance = sub(sub(input('cutoff', []), constant(indices, [1, rows, 1])), scalar(0.5));
  return add(scale(clamp(scale(distance, 2), 1), 0.5), scalar(0.5));
}
