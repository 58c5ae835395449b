import { elementCount } from '../numbers/shape.js';
import { add } from './elementwise.js';
import { constant } from './leaves.js';
import { inOrder } from './order.js';
import { GraphError, requireGraph, type Tensor } from './tensor.js';

/**
 * Reverse-mode differentiation: expressions for d loss / d x of every x in `wrt`, each of x's shape.
 * Only what those gradients need is built.
 * @param loss a tensor with one element
 */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  requireGraph(elementCount(loss.shape) === 1, () => `gradients of a loss of shape [${loss.shape}]`);
  const order = inOrder([loss]);
  const wanted = new Set<Tensor>(wrt);
  for (const tensor of order) if (tensor.inputs.some((x) => wanted.has(x))) wanted.add(tensor);

  const flowing = new Map<Tensor, Tensor>([[loss, constant(new Float32Array(1).fill(1), loss.shape)]]);
  for (const tensor of order.toReversed()) {
    const gradient = flowing.get(tensor);
    if (gradient === undefined || !wanted.has(tensor)) continue;
    const recipes = tensor.inputs.some((x) => wanted.has(x)) ? tensor.vjp(gradient) : [];
    tensor.inputs.forEach((x, k) => {
      const recipe = recipes[k];
      if (!wanted.has(x) || !recipe) return;
      const part = recipe();
      const sofar = flowing.get(x);
      flowing.set(x, sofar === undefined ? part : add(sofar, part));
    });
  }
  return wrt.map((x) => {
    const gradient = flowing.get(x);
    if (gradient === undefined)
      throw new GraphError(`the loss does not depend on the ${x.kind} of shape [${x.shape}]`);
    return gradient;
  });
}
