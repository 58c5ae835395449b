import { input } from './leaves.js';
import { type Program, program } from './program.js';
import type { Tensor } from './tensor.js';

/** A program in two parts, the second of which takes the results of the first as inputs. */
export interface Stages {
  /** What is computed from the early inputs only. Its outputs are inputs of `late`, under the same names. */
  readonly early: Program;
  /** The outputs of the whole. May take early inputs as they are, too. */
  readonly late: Program;
}

/**
 * Cuts a program so that what depends on nothing but the inputs called `names` is computed apart from the rest: once
 * for many runs in which these inputs stay the same.
 */
export function inStages(whole: Program, names: readonly string[]): Stages {
  const early = new Set<Tensor>();
  for (const node of whole.nodes) {
    const isEarly =
      node.kind === 'input'
        ? names.includes(node.attributes.name)
        : node.inputs.some((x) => early.has(x)) &&
          node.inputs.every((x) => early.has(x) || x.kind === 'constant');
    if (isEarly) early.add(node);
  }
  const results: Record<string, Tensor> = {};
  const replaced = new Map<Tensor, Tensor>();
  const inLate = (x: Tensor): Tensor => {
    const known = replaced.get(x);
    if (known !== undefined || !early.has(x) || x.kind === 'input') return known ?? x;
    const name = `early.${Object.keys(results).length}`;
    results[name] = x;
    const placeholder = input(name, x.shape);
    replaced.set(x, placeholder);
    return placeholder;
  };
  for (const node of whole.nodes) {
    if (early.has(node)) continue;
    const inputs = node.inputs.map(inLate);
    // The flow of gradients is part of the program already.
    if (inputs.some((x, k) => x !== node.inputs[k])) replaced.set(node, { ...node, inputs } as Tensor);
  }
  const outputs = [...whole.outputs].map(([name, tensor]) => [name, inLate(tensor)] as const);
  return { late: program(Object.fromEntries(outputs)), early: program(results) };
}
