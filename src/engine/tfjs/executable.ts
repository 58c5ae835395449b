import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Program, Tensor, TensorOf } from '../../graph/index.js';
import type { Executable, Values } from '../engine.js';
import { feedsOf } from '../feeds.js';
import { explained } from './failures.js';
import { toGraphOrder, toStored } from './layout.js';
import { type Computation, computation, operandsOf } from './rules.js';
import { type Builder, type Machine, onBackend, type TensorFlow } from './tensorflow.js';

/** One node: how it is computed, from what, and whose values nobody needs afterwards. */
interface Step {
  readonly node: Tensor;
  readonly operands: readonly Tensor[];
  readonly compute: Computation;
  readonly unneeded: readonly Tensor[];
}

/** Uploads the constants and prepares every node; a run then walks the nodes. */
export async function compile(machine: Machine, packageName: string, what: Program): Promise<Executable> {
  const { tf } = machine;
  const kept: TfTensor[] = [];
  let disposed = false;
  const dispose = async () => {
    disposed = true;
    tf.dispose(kept.splice(0));
  };
  const builder: Builder = {
    tf,
    keep(tensor) {
      kept.push(tf.keep(tensor));
      return tensor;
    },
  };
  try {
    const prepared = await onBackend(machine, () => tidied(tf, () => prepare(what, builder)));
    return {
      async run(inputs) {
        if (disposed) throw new Error('this executable has been disposed of');
        try {
          return await run(machine, what, prepared, inputs);
        } catch (error) {
          throw explained(error, packageName);
        }
      },
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw explained(error, packageName);
  }
}

/** A program's constants where TensorFlow.js has them, and its nodes in order of computation. */
interface Prepared {
  readonly constants: ReadonlyMap<Tensor, TfTensor>;
  readonly steps: readonly Step[];
}

function prepare(what: Program, builder: Builder): Prepared {
  const computed = what.nodes.filter((node) => node.kind !== 'input' && node.kind !== 'constant');
  const outputs = new Set(what.outputs.values());
  const constants = new Map<Tensor, TfTensor>();
  // Kernels of convolutions are packed by their nodes and not needed as they are.
  for (const node of new Set([...computed.flatMap(operandsOf), ...outputs])) {
    if (node.kind === 'constant') constants.set(node, builder.keep(uploaded(builder.tf, node)));
  }
  const lastUses = new Map<Tensor, Tensor>();
  for (const node of computed) for (const operand of operandsOf(node)) lastUses.set(operand, node);
  const steps = computed.map((node) => {
    const operands = operandsOf(node);
    const unneeded = [...new Set(operands)].filter(
      (x) => lastUses.get(x) === node && !outputs.has(x) && !constants.has(x),
    );
    return { node, operands, unneeded, compute: computation(builder, node) };
  });
  return { constants, steps };
}

async function run(
  machine: Machine,
  what: Program,
  prepared: Prepared,
  inputs: Values,
): Promise<Record<string, Float32Array>> {
  const { tf } = machine;
  const results = await onBackend(machine, () => tf.tidy(() => walk(tf, what, prepared, inputs)));
  try {
    const entries = Object.entries(results).map(
      // A copy: some backends hand out memory that is theirs.
      async ([name, tensor]) => [name, ((await tensor.data()) as Float32Array).slice()] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  } finally {
    tf.dispose(results);
  }
}

/** Computes node after node; the tidy around it takes whatever an error leaves behind. */
function walk(
  tf: TensorFlow,
  what: Program,
  { constants, steps }: Prepared,
  inputs: Values,
): Record<string, TfTensor> {
  const values = new Map(constants);
  const fed = new Map(feedsOf(what, inputs).map(({ name, values }) => [name, values]));
  for (const node of what.nodes) {
    if (node.kind !== 'input') continue;
    const { name } = node.attributes;
    values.set(
      node,
      tf.tidy(() => toStored(tf, tf.tensor(fed.get(name)!, [...node.shape]), node.shape)),
    );
  }
  for (const { node, operands, compute, unneeded } of steps) {
    values.set(
      node,
      tf.tidy(() => compute(...operands.map((operand) => values.get(operand)!))),
    );
    for (const tensor of unneeded) values.get(tensor)!.dispose();
  }
  const results: Record<string, TfTensor> = {};
  for (const [name, tensor] of what.outputs)
    results[name] = toGraphOrder(tf, values.get(tensor)!, tensor.shape);
  return results;
}

/** tf.tidy for results that are no tensors themselves. */
function tidied<T>(tf: TensorFlow, work: () => T): T {
  let result: T;
  tf.tidy(() => {
    result = work();
  });
  return result!;
}

function uploaded(tf: TensorFlow, { attributes, shape }: TensorOf<'constant'>): TfTensor {
  return toStored(tf, tf.tensor(attributes.values, [...shape], 'float32'), shape);
}
