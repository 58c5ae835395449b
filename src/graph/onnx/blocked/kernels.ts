/**
 * Constant kernels in the order in which blocked convolutions read them. `block` channels lie beside each other, and
 * where they do not divide a number of channels there is no blocked form: callers have looked.
 */

/** [O, I, area] -> [O / block, I / block, area, block of I, block of O]. */
export function blockKernel(
  kernel: Float32Array,
  [outputs, inputs, area]: readonly [number, number, number],
  block: number,
): Float32Array {
  const blocked = new Float32Array(kernel.length);
  let at = 0;
  for (let o = 0; o < outputs; o += block) {
    for (let i = 0; i < inputs; i += block) {
      for (let k = 0; k < area; k++) {
        for (let bi = 0; bi < block; bi++) {
          let from = (o * inputs + i + bi) * area + k;
          for (let bo = 0; bo < block; bo++, from += inputs * area) blocked[at++] = kernel[from]!;
        }
      }
    }
  }
  return blocked;
}

/** Kernels of one channel each: [C, area] -> [C / block, area, block]. */
export function blockDepthwiseKernel(kernel: Float32Array, area: number, block: number): Float32Array {
  const channels = kernel.length / area;
  const blocked = new Float32Array(kernel.length);
  let at = 0;
  for (let c = 0; c < channels; c += block) {
    for (let k = 0; k < area; k++) {
      for (let b = 0; b < block; b++) blocked[at++] = kernel[(c + b) * area + k]!;
    }
  }
  return blocked;
}

/** One filter after the other, each a column or a row for every channel, as one: [C, rows · columns]. */
export function outerKernel(
  column: Float32Array,
  rows: number,
  row: Float32Array,
  columns: number,
): Float32Array {
  const area = rows * columns;
  return Float32Array.from({ length: (column.length / rows) * area }, (_, k) => {
    const channel = Math.floor(k / area);
    return (
      column[channel * rows + Math.floor((k % area) / columns)]! * row[channel * columns + (k % columns)]!
    );
  });
}

/** One of the convolutions that a transposed convolution of stride 2 is made of, along one axis. */
export interface Phase {
  /** Taps of the transposed kernel, in the order in which a correlation takes them. */
  readonly taps: readonly number[];
  /** Zeros before and after. */
  readonly padding: readonly [number, number];
}

/**
 * Row 2j + r of a transposed convolution with stride 2 is row j of an ordinary one with every second tap of the
 * kernel, turned around. For r = 0 and 1, along one axis.
 * @param size of the kernel
 * @param from extent of the picture
 * @param [start, end] rows that are cut off
 * @returns the phases, each with ⌈extent / 2⌉ rows; with an odd extent the last row of the second is zero. undefined
 *   where there is no such form
 */
export function phasesOf(
  size: number,
  from: number,
  [start, end]: readonly [number, number],
): readonly [Phase, Phase] | undefined {
  const extent = (from - 1) * 2 + size - start - end;
  const rows = Math.ceil(extent / 2);
  if (size < 2 || (extent % 2 === 1 && end > 0)) return undefined;
  const phase = (r: number): Phase => {
    const first = (r + start) % 2;
    const shift = (r + start - first) / 2;
    const taps: number[] = [];
    for (let tap = first; tap < size; tap += 2) taps.unshift(tap);
    return { taps, padding: [taps.length - 1 - shift, rows - from + shift] };
  };
  const phases = [phase(0), phase(1)] as const;
  return phases.every(({ padding }) => Math.min(...padding) >= 0) ? phases : undefined;
}

/** The given taps of a transposed kernel [I, O, rows · columns], as the kernel [O, I, …] of a correlation. */
export function tapsOf(
  kernel: Float32Array,
  [inputs, outputs, rows, columns]: readonly [number, number, number, number],
  down: readonly number[],
  across: readonly number[],
): Float32Array {
  const taps = new Float32Array(outputs * inputs * down.length * across.length);
  let at = 0;
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      const from = (i * outputs + o) * rows * columns;
      for (const y of down) for (const x of across) taps[at++] = kernel[from + y * columns + x]!;
    }
  }
  return taps;
}
