import { elementCount } from '../../../numbers/shape.js';
import type { Program } from '../../program.js';
import type { Shape, Tensor, TensorOf } from '../../tensor.js';
import { finished, lower, type OnnxOptions } from '../lower.js';
import { BlockedWriter } from './blocked-writer.js';
import * as convolutions from './convolutions.js';
import * as maps from './maps.js';

/**
 * Writes a program for ONNX Runtime on a processor, with large maps in its blocked order throughout: [N, C, H, W] as
 * [N, C / block, H, W, block]. Left to itself, it goes back to the usual order wherever a channel is scaled or a
 * picture added, which the networks do at every layer. Transposed convolutions become ordinary ones, twice as fast.
 * @param block channels beside each other: what the machine's kernels work on at a time
 */
export function toBlockedOnnx(program: Program, block: number, options: OnnxOptions = {}): Uint8Array {
  const lowering = new Lowering(program, block);
  for (const node of program.nodes) if (!LAZY.has(node.kind)) lowering.visit(node);
  const names = new Map([...program.outputs.values()].map((tensor) => [tensor, lowering.plain(tensor)]));
  return finished(program, lowering.writer, (tensor) => names.get(tensor)!, options);
}

/** Written where they are asked for, and in the form that is asked for: these often melt into what uses them. */
const LAZY: ReadonlySet<Tensor['kind']> = new Set(['constant', 'mul', 'matmul', 'reshape', 'conv2d']);

/** A value in blocked order. */
export interface Blocked {
  readonly name: string;
  /** Rows and columns of zeros at the end that the tensor itself does not have: 0 or 1. */
  readonly surplus: readonly [number, number];
}

/** What is known while a program is written: the names of values, in usual and in blocked order. */
export class Lowering {
  readonly writer: BlockedWriter;
  readonly block: number;
  private readonly plainNames = new Map<Tensor, string>();
  private readonly blockedValues = new Map<Tensor, Blocked>();
  private readonly users = new Map<Tensor, Tensor[]>();
  private readonly outputs: ReadonlySet<Tensor>;

  constructor(program: Program, block: number) {
    this.block = block;
    this.writer = new BlockedWriter(block);
    this.outputs = new Set(program.outputs.values());
    for (const node of program.nodes) {
      for (const input of node.inputs) this.users.set(input, [...(this.users.get(input) ?? []), node]);
    }
  }

  /** Writes a node in the form that suits it. */
  visit(node: Tensor): void {
    if (this.plainNames.has(node) || this.blockedValues.has(node)) return;
    const blocked = this.writeBlocked(node);
    if (blocked !== undefined) this.blockedValues.set(node, blocked);
    else this.plainNames.set(node, this.writePlain(node));
  }

  /** The value in usual order. */
  plain(tensor: Tensor): string {
    this.visit(tensor);
    const known = this.plainNames.get(tensor);
    if (known !== undefined) return known;
    const name = this.writer.reorderOutput(this.blocked(tensor), tensor.shape[1]!);
    this.plainNames.set(tensor, name);
    return name;
  }

  /** The value of a tensor that {@link canBlock} in blocked order. */
  blocked(tensor: Tensor): string {
    return this.trimmed(tensor, this.blockedWithSurplus(tensor));
  }

  blockedWithSurplus(tensor: Tensor): Blocked {
    this.visit(tensor);
    const known = this.blockedValues.get(tensor);
    if (known !== undefined) return known;
    const value = exactly(this.writer.reorderInput(this.plain(tensor)));
    this.blockedValues.set(tensor, value);
    return value;
  }

  /** Whether the value is written in blocked order anyway. */
  isBlocked(tensor: Tensor): boolean {
    if (!this.canBlock(tensor.shape)) return false;
    this.visit(tensor);
    return this.blockedValues.has(tensor);
  }

  canBlock(shape: Shape): boolean {
    return shape.length === 4 && shape[1]! % this.block === 0;
  }

  /** The only node that uses a value; undefined where there are several, or where it is an output. */
  soleUser(tensor: Tensor): Tensor | undefined {
    const users = this.users.get(tensor) ?? [];
    return users.length === 1 && !this.outputs.has(tensor) ? users[0] : undefined;
  }

  /**
   * The slope of a leaky ReLU that alone uses a value and so can be computed with it.
   * @param value answers the result once the slope has been seen
   */
  withActivation(node: Tensor, value: (slope: number | undefined) => Blocked): Blocked {
    const user = this.soleUser(node);
    if (user?.kind !== 'leakyRelu') return value(undefined);
    const activated = value(user.attributes.slope);
    this.blockedValues.set(user, activated);
    return activated;
  }

  /** Whether nothing has been written for a node yet. */
  isUnwritten(node: Tensor): boolean {
    return !this.plainNames.has(node) && !this.blockedValues.has(node);
  }

  /** What a node's operand has already written for it, with {@link withActivation}. */
  alreadyBlocked(node: Tensor): Blocked | undefined {
    return this.blockedValues.get(node);
  }

  private writePlain(node: Tensor): string {
    const special =
      node.kind === 'sum'
        ? maps.sum(this, node)
        : node.kind === 'matmul'
          ? maps.fewRows(this, node)
          : undefined;
    return (
      special ??
      lower(
        node,
        node.inputs.map((input) => this.plain(input)),
        this.writer,
      )
    );
  }

  private writeBlocked(node: Tensor): Blocked | undefined {
    switch (node.kind) {
      case 'conv2d':
        return convolutions.convolution(this, node);
      case 'convTranspose2d':
        return convolutions.transposed(this, node);
      case 'add':
      case 'sub':
      case 'mul':
        return maps.binary(this, node);
      case 'leakyRelu':
      case 'leakyReluSlope':
      case 'clamp':
      case 'within':
        return maps.unary(this, node);
      case 'addPlane':
        return maps.addPlane(this, node);
      case 'reshape':
        return maps.fewColumns(this, node);
      default:
        return undefined;
    }
  }

  private trimmed(tensor: Tensor, { name, surplus }: Blocked): string {
    if (surplus[0] === 0 && surplus[1] === 0) return name;
    const [n, c, h, w] = tensor.shape as [number, number, number, number];
    const { writer, block } = this;
    const rows = writer.viewed(name, [(n * c) / block, h + surplus[0], (w + surplus[1]) * block]);
    const [starts, ends, axes] = [
      [0, 0],
      [h, w * block],
      [1, 2],
    ].map((values) => writer.integers(values));
    const cut = writer.viewed(writer.op('Slice', [rows, starts!, ends!, axes!]), [n, c, h, w]);
    this.blockedValues.set(tensor, exactly(cut));
    return cut;
  }
}

export function exactly(name: string): Blocked {
  return { name, surplus: [0, 0] };
}

/** Whether a tensor holds one number for each channel of a single picture. */
export function isPerChannel({ shape }: Tensor, channels: number): boolean {
  return shape.length === 4 && shape[1] === channels && elementCount(shape) === channels;
}

export type Node<K extends Tensor['kind']> = TensorOf<K> & Tensor;
