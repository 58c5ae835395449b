import type { Program } from '../../program.js';
import type { Tensor } from '../../tensor.js';
import { finished, lower, type OnnxOptions } from '../lower.js';
import * as convolutions from './convolutions.js';
import { type Blocked, Lowering, type Rules } from './lowering.js';
import * as maps from './maps.js';

/**
 * Writes a program for ONNX Runtime on a processor, with large maps in its blocked order throughout: [N, C, H, W] as
 * [N, C / block, H, W, block]. Left to itself, it goes back to the usual order wherever a channel is scaled or a
 * picture added, which the networks do at every layer. Transposed convolutions become ordinary ones, twice as fast.
 * @param block channels beside each other: what the machine's kernels work on at a time
 */
export function toBlockedOnnx(program: Program, block: number, options: OnnxOptions = {}): Uint8Array {
  const lowering = new Lowering(program, block, RULES);
  for (const node of program.nodes) if (!LAZY.has(node.kind)) lowering.visit(node);
  const names = new Map([...program.outputs.values()].map((tensor) => [tensor, lowering.plain(tensor)]));
  return finished(program, lowering.writer, (tensor) => names.get(tensor)!, options);
}

/** Written where they are asked for, and in the form that is asked for: these often melt into what uses them. */
const LAZY: ReadonlySet<Tensor['kind']> = new Set(['constant', 'mul', 'matmul', 'reshape', 'conv2d']);

const RULES: Rules = { blocked, plain };

function plain(lowering: Lowering, node: Tensor): string {
  const special =
    node.kind === 'sum'
      ? maps.sum(lowering, node)
      : node.kind === 'matmul'
        ? maps.fewRows(lowering, node)
        : undefined;
  if (special !== undefined) return special;
  const inputs = node.inputs.map((input) => lowering.plain(input));
  return lower(node, inputs, lowering.writer);
}

function blocked(lowering: Lowering, node: Tensor): Blocked | undefined {
  switch (node.kind) {
    case 'conv2d':
      return convolutions.convolution(lowering, node);
    case 'convTranspose2d':
      return convolutions.transposed(lowering, node);
    case 'add':
    case 'sub':
    case 'mul':
      return maps.binary(lowering, node);
    case 'leakyRelu':
    case 'leakyReluSlope':
    case 'clamp':
    case 'within':
      return maps.unary(lowering, node);
    case 'addPlane':
      return maps.addPlane(lowering, node);
    case 'reshape':
      return maps.fewColumns(lowering, node);
    default:
      return undefined;
  }
}
