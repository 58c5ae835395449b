import { inOrder } from './order.js';
import { GraphError, type Shape, type Tensor } from './tensor.js';

/** What an engine compiles: named outputs, the named inputs they need, and all nodes in order of computation. */
export interface Program {
  readonly inputs: ReadonlyMap<string, Shape>;
  readonly outputs: ReadonlyMap<string, Tensor>;
  readonly nodes: readonly Tensor[];
}

/** Collects everything that `outputs` need. */
export function program(outputs: Readonly<Record<string, Tensor>>): Program {
  const nodes = inOrder(Object.values(outputs));
  const inputs = new Map<string, Shape>();
  for (const node of nodes) {
    if (node.kind !== 'input') continue;
    const { name } = node.attributes;
    if (inputs.has(name)) throw new GraphError(`two inputs are called ${name}`);
    inputs.set(name, node.shape);
  }
  return { inputs, outputs: new Map(Object.entries(outputs)), nodes };
}
