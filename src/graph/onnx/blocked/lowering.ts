import { elementCount } from '../../../numbers/shape.js';
import type { Program } from '../../program.js';
import type { Shape, Tensor } from '../../tensor.js';
import { BlockedWriter } from './blocked-writer.js';

/** A value in blocked order. */
export interface Blocked {
  readonly name: string;
  /** Rows and columns of zeros at the end that the tensor itself does not have: 0 or 1. */
  readonly surplus: readonly [number, number];
}

/** How nodes are written: in blocked order where there is a way, else in the usual one. */
export interface Rules {
  blocked(lowering: Lowering, node: Tensor): Blocked | undefined;
  plain(lowering: Lowering, node: Tensor): string;
}

/** What is known while a program is written: the names of values, in usual and in blocked order. */
export class Lowering {
  readonly writer: BlockedWriter;
  readonly block: number;
  private readonly plainNames = new Map<Tensor, string>();
  private readonly blockedValues = new Map<Tensor, Blocked>();
  private readonly users = new Map<Tensor, Tensor[]>();
  private readonly outputs: ReadonlySet<Tensor>;

  constructor(
    program: Program,
    block: number,
    private readonly rules: Rules,
  ) {
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
    const blocked = this.rules.blocked(this, node);
    if (blocked !== undefined) this.blockedValues.set(node, blocked);
    else this.plainNames.set(node, this.rules.plain(this, node));
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
