import { InputFileError } from '../errors.js';
import type { Buffers } from '../files/buffers.js';
import type { ByteSource } from '../files/byte-source.js';
import { elementCount } from '../numbers/shape.js';
import { BYTES_PER_ELEMENT, type StoredDType, swapByteOrder, toFloat32 } from './dtype.js';
import { gather, isContiguous, spanOf } from './strides.js';

/**
 * A tensor as strided elements of some bytes. What formats do to tensors — transposed, flipped, an extent of 1 more,
 * a bias that is stored without its 1 — are other strides and two numbers, so that the same description serves for
 * reading and for writing in place.
 */
export interface TensorView {
  readonly source: ByteSource;
  readonly dtype: StoredDType;
  readonly bigEndian?: boolean;
  /** Index in the source, in elements, of the element [0, 0, …]. */
  readonly first: number;
  readonly shape: readonly number[];
  /** In elements; negative for a dimension that runs backwards. */
  readonly strides: readonly number[];
  /** The tensor's value is `stored * scale + shift`; 1 and 0 where absent. Scales are powers of two, thus exact. */
  readonly scale?: number;
  readonly shift?: number;
}

/** Row-major strides of a shape. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** Column-major strides of a shape, numpy's Fortran order. */
export function columnMajor(shape: readonly number[]): number[] {
  return rowMajor([...shape].reverse()).reverse();
}

/** Dimension i of the result is dimension `axes[i]` of the view. */
export function permuted(view: TensorView, axes: readonly number[]): TensorView {
  return { ...view, shape: axes.map((a) => view.shape[a]!), strides: axes.map((a) => view.strides[a]!) };
}

/** Runs the given dimensions backwards. */
export function flipped(view: TensorView, axes: readonly number[]): TensorView {
  const strides = view.strides.map((stride, i) => (axes.includes(i) ? -stride : stride));
  const first = axes.reduce((at, a) => at + (view.shape[a]! - 1) * view.strides[a]!, view.first);
  return { ...view, strides, first };
}

/** Leaves out the dimensions of extent 1 among the given ones. */
export function squeezed(view: TensorView, axes: readonly number[]): TensorView {
  const keep = view.shape.map((extent, i) => !(axes.includes(i) && extent === 1));
  return {
    ...view,
    shape: view.shape.filter((_, i) => keep[i]),
    strides: view.strides.filter((_, i) => keep[i]),
  };
}

/** The part of the source that a view spans, in bytes. */
export function byteSpan(view: TensorView): { offset: number; length: number; firstInSpan: number } {
  const size = BYTES_PER_ELEMENT[view.dtype];
  if (elementCount(view.shape) === 0) return { offset: 0, length: 0, firstInSpan: 0 };
  const [low, high] = spanOf(view.shape, view.strides);
  return {
    offset: (view.first + low) * size,
    length: (high - low + 1) * size,
    firstInSpan: -low,
  };
}

/**
 * Checks that a view lies inside its source and has no more elements than it, so that reading it takes no more
 * memory than the source has bytes.
 *
 * @throws InputFileError `TENSOR_OUTSIDE`
 */
export function requirePlaced(path: string, name: string, view: TensorView): TensorView {
  const held = Math.floor(view.source.length / BYTES_PER_ELEMENT[view.dtype]);
  const count = elementCount(view.shape);
  const [low, high] = spanOf(view.shape, view.strides);
  if (count === 0 || (count <= held && view.first + low >= 0 && view.first + high < held)) return view;
  throw new InputFileError(
    'TENSOR_OUTSIDE',
    `${path}: ${name}: expected shape [${view.shape}] with strides [${view.strides}] from element ${view.first} to ` +
      `fit into its data, found ${held} elements`,
    { hint: 'the file is damaged; copy or download it again' },
  );
}

/**
 * The values of a tensor, row-major. Only the part of the source that it spans is read.
 *
 * @param buffers what the result may be taken from
 */
export async function readView(view: TensorView, buffers?: Buffers): Promise<Float32Array<ArrayBuffer>> {
  const { offset, length } = byteSpan(view);
  const bytes = await view.source.read(offset, length, buffers);
  const values = decodeSpan(view, bytes);
  if (values.buffer !== bytes.buffer) buffers?.give(bytes);
  return values;
}

/** The values of a tensor from the bytes that it spans. The bytes may be overwritten, or become the result. */
export function decodeSpan(view: TensorView, bytes: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const { shape, strides, dtype, scale = 1, shift = 0 } = view;
  if (elementCount(shape) === 0) return new Float32Array(0);
  if (view.bigEndian) swapByteOrder(bytes, BYTES_PER_ELEMENT[dtype]);
  const stored = toFloat32(bytes, dtype);
  const values = isContiguous(shape, strides)
    ? stored
    : gather(stored, shape, strides, byteSpan(view).firstInSpan);
  if (scale !== 1 || shift !== 0) {
    for (let i = 0; i < values.length; i++) values[i] = values[i]! * scale + shift;
  }
  return values;
}
