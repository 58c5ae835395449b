import { elementCount } from '../numbers/shape.js';

/**
 * Entries of the table of inner offsets. Large enough for the rows of every kernel, small enough for the
 * processor's cache.
 */
const MAX_TABLE = 1 << 16;

/** Whether elements with these strides lie row-major and without gaps. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i]!;
  }
  return true;
}

/**
 * Copies strided elements into row-major order. Half-precision networks keep their kernels channels-last, so this
 * has to be fast for [O, I, 3, 3] with strides [9 I, 1, 3 I, I].
 *
 * @param values the elements that the tensor spans
 * @param first index of the tensor's first element; not 0 where strides are negative
 */
export function gather(
  values: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
  first = 0,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(elementCount(shape));
  eachRun(shape, strides, first, (at, base, table) => {
    for (let k = 0; k < table.length; k++) result[at + k] = values[base + table[k]!]!;
  });
  return result;
}

/** The opposite of {@link gather} for any typed array: puts row-major `values` where the strides say. */
export function scatter<T extends { [index: number]: V; length: number }, V>(
  target: T,
  values: T,
  shape: readonly number[],
  strides: readonly number[],
  first: number,
  wanted: (index: number) => boolean,
): void {
  eachRun(shape, strides, first, (at, base, table) => {
    for (let k = 0; k < table.length; k++) {
      if (wanted(at + k)) target[base + table[k]!] = values[at + k]!;
    }
  });
}

/** The lowest and highest index that strided elements have, relative to the first. */
export function spanOf(shape: readonly number[], strides: readonly number[]): [low: number, high: number] {
  let [low, high] = [0, 0];
  for (const [i, extent] of shape.entries()) {
    const reach = (extent - 1) * strides[i]!;
    if (reach < 0) low += reach;
    else high += reach;
  }
  return [low, high];
}

/** Calls `run` for every run of row-major elements from `at`, which lie at `base + table[…]`. */
function eachRun(
  shape: readonly number[],
  strides: readonly number[],
  first: number,
  run: (at: number, base: number, table: Int32Array) => void,
): void {
  const count = elementCount(shape);
  // The offsets of the innermost dimensions are the same for every step of the outer ones.
  let outerRank = shape.length;
  let inner = 1;
  while (outerRank > 0 && inner * shape[outerRank - 1]! <= MAX_TABLE) inner *= shape[--outerRank]!;
  const table = offsets(shape.slice(outerRank), strides.slice(outerRank), inner);

  const index = new Array<number>(outerRank).fill(0);
  let base = first;
  for (let at = 0; at < count; at += inner) {
    run(at, base, table);
    for (let d = outerRank - 1; d >= 0; d--) {
      base += strides[d]!;
      index[d] = index[d]! + 1;
      if (index[d]! < shape[d]!) break;
      base -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
}

/** Where each of `count` row-major elements lies. */
function offsets(shape: readonly number[], strides: readonly number[], count: number): Int32Array {
  const table = new Int32Array(count);
  let filled = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    for (let i = 1; i < shape[d]!; i++) {
      for (let k = 0; k < filled; k++) table[i * filled + k] = table[k]! + i * strides[d]!;
    }
    filled *= shape[d]!;
  }
  return table;
}
