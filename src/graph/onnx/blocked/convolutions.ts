import { elementCount } from '../../../numbers/shape.js';
import type { Shape, Tensor, TensorOf } from '../../tensor.js';
import { blockDepthwiseKernel, blockKernel, outerKernel, type Phase, phasesOf, tapsOf } from './kernels.js';
import { type Blocked, exactly, isPerChannel, type Lowering } from './lowering.js';

type Quad = readonly [number, number, number, number];

/** A constant kernel is multiplied by the style of its inputs where that is at most this part of the map's size. */
const SMALL_KERNEL = 1 / 8;

/** A convolution whose kernel is constant and whose channels fill blocks; undefined for others. */
export function convolution(lowering: Lowering, node: TensorOf<'conv2d'> & Tensor): Blocked | undefined {
  const [x, kernel] = node.inputs as [Tensor, Tensor];
  if (kernel.kind !== 'constant' || !lowering.canBlock(node.shape)) return undefined;
  const { groups } = node.attributes;
  if (groups === 1) {
    const inputs = x.shape[1]!;
    if (inputs % lowering.block === 0) return wide(lowering, node);
    return inputs < lowering.block ? fromFew(lowering, node) : undefined;
  }
  return groups === x.shape[1] && groups === node.shape[1] ? depthwise(lowering, node) : undefined;
}

function wide(lowering: Lowering, node: TensorOf<'conv2d'> & Tensor): Blocked {
  const { writer, block } = lowering;
  const { stride, padding } = node.attributes;
  const kernel = constantOf(node.inputs[1]!);
  const [o, i, kh, kw] = kernel.shape as Quad;
  const { x, style } = unstyled(lowering, node, kernel.shape);
  const blocked = blockKernel(kernel.attributes.values, [o, i, kh * kw], block);
  const name = styled(lowering, blocked, [o, i, kh, kw], style);
  return lowering.withActivation(node, (slope) =>
    exactly(
      writer.convolution({ ...placed(lowering, x, padding), kernel: name, size: [kh, kw], stride, slope }),
    ),
  );
}

/** Of fewer channels than a block has: these are read in the usual order. */
function fromFew(lowering: Lowering, node: TensorOf<'conv2d'> & Tensor): Blocked {
  const { writer, block } = lowering;
  const { stride, padding } = node.attributes;
  const kernel = constantOf(node.inputs[1]!);
  const [, i, kh, kw] = kernel.shape as Quad;
  const blocked = blockDepthwiseKernel(kernel.attributes.values, i * kh * kw, block);
  const name = writer.floats(blocked, kernel.shape);
  const input = lowering.plain(node.inputs[0]!);
  return lowering.withActivation(node, (slope) =>
    exactly(writer.convolution({ input, kernel: name, size: [kh, kw], stride, padding, slope })),
  );
}

function depthwise(lowering: Lowering, node: TensorOf<'conv2d'> & Tensor): Blocked {
  const { writer, block } = lowering;
  const { x, values, size, padding, stride } = joined(lowering, node) ?? filterOf(node);
  const channels = node.shape[1]!;
  const blocked = blockDepthwiseKernel(values, size[0] * size[1], block);
  const kernel = writer.floats(blocked, [channels, 1, ...size]);
  const parts = { ...placed(lowering, x, padding), kernel, size, stride, groups: channels };
  return lowering.withActivation(node, (slope) => exactly(writer.convolution({ ...parts, slope })));
}

interface Filter {
  readonly x: Tensor;
  readonly values: Float32Array;
  readonly size: readonly [number, number];
  readonly padding: Quad;
  readonly stride: number;
}

function filterOf(node: TensorOf<'conv2d'> & Tensor): Filter {
  const { shape, attributes } = constantOf(node.inputs[1]!);
  const size = [shape[2]!, shape[3]!] as const;
  return { ...node.attributes, x: node.inputs[0]!, values: attributes.values, size };
}

/** A filter along rows and one along columns, one right after the other, as one: the map is only read once. */
function joined(lowering: Lowering, node: TensorOf<'conv2d'> & Tensor): Filter | undefined {
  const first = node.inputs[0]!;
  if (first.kind !== 'conv2d' || first.attributes.groups !== node.attributes.groups) return undefined;
  if (first.inputs[0]!.shape[1] !== first.attributes.groups || first.inputs[1]!.kind !== 'constant')
    return undefined;
  if (lowering.soleUser(first) !== node || !lowering.isUnwritten(first)) return undefined;
  const [one, two] = [filterOf(first), filterOf(node)];
  const column = one.size[1] === 1 ? one : two;
  const row = column === one ? two : one;
  const areLines = column.size[1] === 1 && row.size[0] === 1 && one.stride * two.stride === 1;
  const [top, , bottom] = column.padding;
  const [, left, , right] = row.padding;
  const across = column.padding[1] + column.padding[3] + row.padding[0] + row.padding[2];
  if (!areLines || across > 0) return undefined;
  return {
    x: one.x,
    values: outerKernel(column.values, column.size[0], row.values, row.size[1]),
    size: [column.size[0], row.size[1]],
    padding: [top, left, bottom, right],
    stride: 1,
  };
}

/**
 * A transposed convolution with stride 2 as four ordinary ones, for even and odd rows and columns, whose results are
 * put between each other; undefined for others.
 */
export function transposed(
  lowering: Lowering,
  node: TensorOf<'convTranspose2d'> & Tensor,
): Blocked | undefined {
  const { stride, groups, padding } = node.attributes;
  const [picture, constant] = node.inputs as [Tensor, Tensor];
  if (stride !== 2 || groups !== 1 || constant.kind !== 'constant') return undefined;
  if (!lowering.canBlock(picture.shape) || !lowering.canBlock(node.shape)) return undefined;
  const [i, o, kh, kw] = constant.shape as Quad;
  const [, , h, w] = picture.shape as Quad;
  const rows = phasesOf(kh, h, [padding[0], padding[2]]);
  const columns = phasesOf(kw, w, [padding[1], padding[3]]);
  if (rows === undefined || columns === undefined) return undefined;

  const { x, style } = unstyled(lowering, node, [o, i, kh, kw]);
  const input = lowering.blocked(x);
  const { values } = constant.attributes;
  const phase = (down: Phase, across: Phase) => {
    const size = [down.taps.length, across.taps.length] as const;
    const taps = tapsOf(values, [i, o, kh, kw], down.taps, across.taps);
    const blocked = blockKernel(taps, [o, i, size[0] * size[1]], lowering.block);
    const kernel = styled(lowering, blocked, [o, i, ...size], style);
    const [top, bottom] = down.padding;
    const [left, right] = across.padding;
    return lowering.writer.convolution({ input, kernel, size, padding: [top, left, bottom, right] });
  };
  const phases = rows.map((down) => columns.map((across) => phase(down, across)));
  const extents = [Math.ceil(node.shape[2]! / 2), Math.ceil(node.shape[3]! / 2)] as const;
  return {
    name: interleaved(lowering, phases, node.shape.slice(0, 2), extents),
    surplus: [2 * extents[0] - node.shape[2]!, 2 * extents[1] - node.shape[3]!],
  };
}

/**
 * Maps [N, C, rows, columns] of even and odd rows, and in these of even and odd columns, as one of twice the size.
 */
function interleaved(
  { writer, block }: Lowering,
  phases: readonly (readonly string[])[],
  channels: Shape,
  [rows, columns]: readonly [number, number],
): string {
  const lines = (elementCount(channels) / block) * rows;
  const wide = phases.map((pair) => {
    const pixels = pair.map((name) => writer.viewed(name, [lines, columns, block]));
    return writer.viewed(writer.op('Concat', pixels, { axis: 2 }), [lines, columns * 2 * block]);
  });
  return writer.viewed(writer.op('Concat', wide, { axis: 1 }), [...channels, 2 * rows, 2 * columns]);
}

/**
 * A map that is scaled channel by channel only for this convolution, without its scale: a small kernel takes that
 * instead. The map as it is where that does not pay.
 */
function unstyled(lowering: Lowering, node: Tensor, kernel: Shape): { x: Tensor; style?: Tensor } {
  const x = node.inputs[0]!;
  const isSmall = elementCount(kernel) <= elementCount(x.shape) * SMALL_KERNEL;
  if (x.kind !== 'mul' || !isSmall || lowering.soleUser(x) !== node || !lowering.isUnwritten(x)) return { x };
  const [a, b] = x.inputs as [Tensor, Tensor];
  if (isPerChannel(b, x.shape[1]!) && sameMap(a, x)) return { x: a, style: b };
  return isPerChannel(a, x.shape[1]!) && sameMap(b, x) ? { x: b, style: a } : { x };
}

function sameMap(a: Tensor, b: Tensor): boolean {
  return a.shape.join() === b.shape.join();
}

/** A kernel as constant, or times the style [1, I, 1, 1] of its inputs. */
function styled(
  lowering: Lowering,
  blocked: Float32Array,
  [o, i, kh, kw]: Quad,
  style: Tensor | undefined,
): string {
  const { writer, block } = lowering;
  if (style === undefined) return writer.floats(blocked, [o, i, kh, kw]);
  const kernel = writer.floats(blocked, [o / block, i / block, kh * kw, block, block]);
  const factors = writer.viewed(lowering.plain(style), [1, i / block, 1, block, 1]);
  return writer.viewed(writer.op('Mul', [kernel, factors]), [o, i, kh, kw]);
}

/** A map with the zeros around it that are still lacking where it brings some of them along. */
function placed(
  lowering: Lowering,
  x: Tensor,
  [top, left, bottom, right]: Quad,
): { input: string; padding: Quad } {
  const { name, surplus } = lowering.blockedWithSurplus(x);
  const [below, beside] = [bottom - surplus[0], right - surplus[1]];
  if (below < 0 || beside < 0) return { input: lowering.blocked(x), padding: [top, left, bottom, right] };
  return { input: name, padding: [top, left, below, beside] };
}

function constantOf(kernel: Tensor): TensorOf<'constant'> {
  return kernel as Tensor & TensorOf<'constant'>;
}
