import { throwIfAborted } from '../../errors.js';
import { type Checkpoint, resolutionOf } from '../checkpoint.js';
import { sameBits } from './same-bits.js';

/** How far two networks are from each other. */
export interface CheckpointDiff {
  /** Whether kind, settings, tensors and shapes are the same, so that the two can be blended. */
  readonly sameArchitecture: boolean;
  /** Tensors that only one has, or that have another shape. */
  readonly unmatched: readonly {
    /** The tensor. */
    readonly name: string;
    /** Its shape in the first; absent where there is none. */
    readonly a?: readonly number[];
    /** Its shape in the second; absent where there is none. */
    readonly b?: readonly number[];
  }[];
  /** Weights by resolution, in order; null stands for what belongs to none (the mapping network). */
  readonly resolutions: readonly GroupDistance[];
  /** Each tensor that both have. */
  readonly tensors: readonly TensorDistance[];
}

export interface GroupDistance {
  /** In pixels; null for the mapping network. */
  readonly resolution: number | null;
  /** Tensors that were compared. */
  readonly tensors: number;
  /** How many of them are the same bit for bit. */
  readonly identical: number;
  /** |b - a| / |a| over all their elements, Euclidean; 0 for none. Noise buffers and filters do not count. */
  readonly distance: number;
}

export interface TensorDistance {
  /** The tensor. */
  readonly name: string;
  /** Whether it is the same bit for bit. */
  readonly identical: boolean;
  /** |b - a| / |a|, Euclidean; NaN where a value is not finite, Infinity where a is 0 and b is not. */
  readonly distance: number;
}

/**
 * Compares two networks tensor by tensor; one tensor of each is in memory at a time. The distance by resolution says
 * how far a fine-tuned model moved, which is what a swap is chosen by.
 *
 * @throws InputFileError as `Checkpoint.read`; AbortedError
 */
export async function diffCheckpoints(
  a: Checkpoint,
  b: Checkpoint,
  options: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (done: number, total: number) => void;
  } = {},
): Promise<CheckpointDiff> {
  const names = new Set([...a.tensors.keys(), ...b.tensors.keys()]);
  const unmatched: { name: string; a?: readonly number[]; b?: readonly number[] }[] = [];
  const tensors: TensorDistance[] = [];
  const groups = new Map<number | null, Sums>();
  let done = 0;
  for (const name of names) {
    throwIfAborted(options.signal);
    const [inA, inB] = [a.tensors.get(name)?.shape, b.tensors.get(name)?.shape];
    if (inA?.join() === inB?.join()) {
      const [first, second] = await Promise.all([a.read(name), b.read(name)]);
      const sums = compare(first, second);
      tensors.push({ name, identical: sums.identical === 1, distance: distanceOf(sums) });
      if (isWeight(name)) addTo(groups, resolutionOf(name), sums);
    } else unmatched.push({ name, ...(inA && { a: inA }), ...(inB && { b: inB }) });
    options.onProgress?.(++done, names.size);
  }
  const resolutions = [...groups]
    .map(([resolution, sums]) => {
      const { tensors: count, identical } = sums;
      return { resolution, tensors: count, identical, distance: distanceOf(sums) };
    })
    .sort((x, y) => (x.resolution ?? 0) - (y.resolution ?? 0));
  const sameArchitecture = unmatched.length === 0 && settings(a) === settings(b);
  return { sameArchitecture, unmatched, resolutions, tensors };
}

interface Sums {
  tensors: number;
  identical: number;
  /** Sums of squares. */
  difference: number;
  size: number;
}

/** Noise buffers are drawn anew for every model and filters are constants: neither says how far training went. */
function isWeight(name: string): boolean {
  return !/(noise_const|_filter|\/noise\d+)$/.test(name);
}

function compare(a: Float32Array, b: Float32Array): Sums {
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const step = b[i]! - a[i]!;
    difference += step * step;
    size += a[i]! * a[i]!;
  }
  return { tensors: 1, identical: sameBits(a, b) ? 1 : 0, difference, size };
}

function addTo(groups: Map<number | null, Sums>, resolution: number | null, sums: Sums): void {
  const group = groups.get(resolution) ?? { tensors: 0, identical: 0, difference: 0, size: 0 };
  group.tensors += sums.tensors;
  group.identical += sums.identical;
  group.difference += sums.difference;
  group.size += sums.size;
  groups.set(resolution, group);
}

function distanceOf({ difference, size }: Sums): number {
  return difference === 0 ? 0 : Math.sqrt(difference / size);
}

function settings({ architecture }: Checkpoint): string {
  return JSON.stringify(architecture, (_, value) => (value instanceof Map ? [...value] : value));
}
