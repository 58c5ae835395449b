import { elementCount } from '../../../numbers/shape.js';
import type { Shape, Tensor, TensorOf } from '../../tensor.js';
import { lower } from '../lower.js';
import type { BlockedWriter } from './blocked-writer.js';
import { type Blocked, exactly, isPerChannel, type Lowering } from './lowering.js';

type Binary = (TensorOf<'add'> | TensorOf<'sub'> | TensorOf<'mul'>) & Tensor;

/** Element by element the order does not matter, as long as both have the same. */
export function unary(lowering: Lowering, node: Tensor): Blocked | undefined {
  const x = node.inputs[0]!;
  if (!lowering.isBlocked(x)) return undefined;
  return lowering.alreadyBlocked(node) ?? exactly(lower(node, [lowering.blocked(x)], lowering.writer));
}

/**
 * A sum, difference or product of blocked maps, or of one with a number, with a number per channel, or with a plane.
 */
export function binary(lowering: Lowering, node: Binary): Blocked | undefined {
  if (!lowering.canBlock(node.shape)) return undefined;
  const [a, b] = node.inputs as [Tensor, Tensor];
  const isMap = (x: Tensor) => x.shape.join() === node.shape.join();
  const inForm = (...names: string[]) => exactly(lower(node, names, lowering.writer));
  if (isMap(a) && isMap(b)) {
    const either = [a, b].map((x) => lowering.isBlocked(x));
    return either.includes(true) ? inForm(lowering.blocked(a), lowering.blocked(b)) : undefined;
  }
  const [x, other] = isMap(a) ? [a, b] : [b, a];
  if (!isMap(x) || !lowering.isBlocked(x)) return undefined;
  const isPlane = other.shape.length === 4 && other.shape.join() === [1, 1, ...node.shape.slice(2)].join();
  if (elementCount(other.shape) !== 1 && !isPlane) {
    return x === a || node.kind !== 'sub' ? perChannel(lowering, node, x, other) : undefined;
  }
  const name = elementCount(other.shape) === 1 ? lowering.plain(other) : spread(lowering, other, node.shape);
  return x === a ? inForm(lowering.blocked(x), name) : inForm(name, lowering.blocked(x));
}

/**
 * A 1x1 convolution of every channel by itself does this on all threads, with the activation after it. The channels
 * of several pictures lie in memory like those of one.
 */
function perChannel(lowering: Lowering, node: Binary, x: Tensor, values: Tensor): Blocked | undefined {
  const [n, c, h, w] = node.shape as [number, number, number, number];
  const isPerPicture = values.shape.join() === `${n},${c},1,1`;
  if (!isPerPicture && !isPerChannel(values, c)) return undefined;
  const { writer } = lowering;
  const channels = n * c;
  const plain = lowering.plain(values);
  const name = isPerPicture ? plain : writer.op('Expand', [plain, writer.integers([n, c, 1, 1])]);
  const kernel =
    node.kind === 'mul'
      ? writer.viewed(name, [channels, 1, 1, 1])
      : writer.floats(onesOf(channels), [channels, 1, 1, 1]);
  const signed = node.kind === 'sub' ? writer.op('Neg', [name]) : name;
  const bias = node.kind === 'mul' ? undefined : writer.viewed(signed, [channels]);
  const input = asOnePicture(lowering, lowering.blocked(x), node.shape);
  return lowering.withActivation(node, (slope) => {
    const result = writer.convolution({ input, kernel, size: [1, 1], groups: channels, bias, slope });
    return exactly(n === 1 ? result : writer.viewed(result, [n, c, h, w]));
  });
}

/** Maps [N, C, H, W] as [1, N · C, H, W]: in blocked order, too, these are the same bytes. */
function asOnePicture({ writer }: Lowering, name: string, [n, c, h, w]: Shape): string {
  return n === 1 ? name : writer.viewed(name, [1, n! * c!, h!, w!]);
}

/** A plane [1, 1, H, W] in every channel of a map; undefined for several pictures. */
function spread(lowering: Lowering, plane: Tensor, [n, c, h, w]: Shape): string {
  const { writer } = lowering;
  const kernel = writer.floats(onesOf(c!), [c!, 1, 1, 1]);
  const one = writer.convolution({ input: lowering.plain(plane), kernel, size: [1, 1] });
  return n === 1 ? one : writer.op('Expand', [one, writer.integers([n!, c!, h!, w!])]);
}

/** The plane as a picture of one channel, convolved with a factor for each of the results, on top of the map. */
export function addPlane(lowering: Lowering, node: TensorOf<'addPlane'> & Tensor): Blocked | undefined {
  const [x, plane, factors, offsets] = node.inputs as [Tensor, Tensor, Tensor, Tensor];
  if (plane.shape[0] !== 1 || !lowering.isBlocked(x)) return undefined;
  const { writer } = lowering;
  const [n, c] = node.shape as [number, number];
  const channels = n * c;
  const parts = {
    input: lowering.plain(plane),
    kernel: writer.viewed(lowering.plain(factors), [channels, 1, 1, 1]),
    size: [1, 1] as const,
    bias: writer.viewed(lowering.plain(offsets), [channels]),
    sum: asOnePicture(lowering, lowering.blocked(x), node.shape),
  };
  return lowering.withActivation(node, (slope) => {
    const result = writer.convolution({ ...parts, slope });
    return exactly(n === 1 ? result : writer.viewed(result, node.shape));
  });
}

/** Sums over pixels, or over channels, of a blocked map. Its name in usual order. */
export function sum(lowering: Lowering, node: TensorOf<'sum'> & Tensor): string | undefined {
  const x = node.inputs[0]!;
  const axes = node.attributes.axes.join();
  if (!['2,3', '1'].includes(axes) || !lowering.isBlocked(x)) return undefined;
  const { writer } = lowering;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const input = lowering.blocked(x);
  if (axes === '2,3') return writer.viewed(writer.pixelSums(input, [n, c, h, w]), node.shape);
  const kernel = writer.floats(onesOf(c * lowering.block), [lowering.block, c, 1, 1]);
  return writer.reorderOutput(writer.convolution({ input, kernel, size: [1, 1] }), 1);
}

/**
 * A matrix of few rows times the matrix of a map's pixels is a 1x1 convolution to few channels; for several pictures
 * one with a group for each. Its usual name.
 */
export function fewRows(lowering: Lowering, node: TensorOf<'matmul'> & Tensor): string | undefined {
  const [a, b] = node.inputs as [Tensor, Tensor];
  const { transposeA, transposeB } = node.attributes;
  if (transposeA || transposeB || b.kind !== 'reshape') return undefined;
  const map = b.inputs[0]!;
  const [n, channels, h, w] = map.shape as [number, number, number, number];
  const rows = node.shape.at(-2)!;
  if (b.shape.join() !== [n, channels, h * w].join() || rows > lowering.block) return undefined;
  if (!lowering.isBlocked(map)) return undefined;
  const { writer, block } = lowering;
  const kernel = filledUp(writer, writer.viewed(lowering.plain(a), [n, rows, channels]), block - rows);
  const colours = writer.convolution({
    input: asOnePicture(lowering, lowering.blocked(map), map.shape),
    kernel: writer.viewed(kernel, [n * block, channels, 1, 1]),
    size: [1, 1],
    groups: n,
  });
  const each = n === 1 ? colours : writer.viewed(colours, [n, block, h, w]);
  return writer.viewed(writer.reorderOutput(each, rows), node.shape);
}

/** [N, rows, channels] -> [N, channels, rows + missing], with zeros. */
function filledUp(writer: BlockedWriter, matrix: string, missing: number): string {
  const turned = writer.op('Transpose', [matrix], { perm: [0, 2, 1] });
  return missing === 0 ? turned : writer.op('Pad', [turned, writer.integers([0, 0, 0, 0, 0, missing])]);
}

/** The pixels of a map as a matrix of few columns times few rows of pixels: a 1x1 convolution of few channels. */
export function fewColumns(lowering: Lowering, node: TensorOf<'reshape'> & Tensor): Blocked | undefined {
  const product = node.inputs[0]!;
  if (product.kind !== 'matmul' || product.attributes.transposeB || !lowering.canBlock(node.shape))
    return undefined;
  const [n, channels, h, w] = node.shape as [number, number, number, number];
  const [a, b] = product.inputs as [Tensor, Tensor];
  const columns = b.shape.at(-2)!;
  const isPixels = product.shape.join() === [1, channels, h * w].join() && n === 1;
  if (!isPixels || columns >= lowering.block || lowering.soleUser(product) !== node) return undefined;
  const { writer, block } = lowering;
  const { transposeA } = product.attributes;
  const grouped = transposeA ? [columns, channels / block, block] : [channels / block, block, columns];
  const perm = transposeA ? [1, 0, 2] : [0, 2, 1];
  const kernel = writer.op('Transpose', [writer.viewed(lowering.plain(a), grouped)], { perm });
  return exactly(
    writer.convolution({
      input: writer.viewed(lowering.plain(b), [1, columns, h, w]),
      kernel: writer.viewed(kernel, [channels, columns, 1, 1]),
      size: [1, 1],
    }),
  );
}

const onesByLength = new Map<number, Float32Array>();

/** The same array for the same length, so that the file holds it once. */
function onesOf(length: number): Float32Array {
  const ones = onesByLength.get(length) ?? new Float32Array(length).fill(1);
  onesByLength.set(length, ones);
  return ones;
}
