import type { Program } from './program.js';
import { node, type Tensor } from './tensor.js';

/**
 * x as 16-bit floats (11 significant bits, up to 65504). What is computed from it is computed in them too, up to
 * {@link single}: other operands are narrowed. Engines without such numbers compute on in 32 bits.
 */
export function half(x: Tensor): Tensor {
  return node('half', {}, [x], x.shape, (g) => [() => single(g)]);
}

/** x as 32-bit floats again. */
export function single(x: Tensor): Tensor {
  return node('single', {}, [x], x.shape, (g) => [() => half(g)]);
}

/** The nodes of a program whose values are 16-bit floats. */
export function halvesOf({ nodes }: Pick<Program, 'nodes'>): ReadonlySet<Tensor> {
  const halves = new Set<Tensor>();
  for (const one of nodes) {
    const isHalf = one.kind === 'half' || (one.kind !== 'single' && one.inputs.some((x) => halves.has(x)));
    if (isHalf) halves.add(one);
  }
  return halves;
}
