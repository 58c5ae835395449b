import type { Weights } from '../weights.js';

/**
 * As many of the highest resolutions are computed in halves: most of the time and memory. StyleGAN2-ADA takes four
 * (`num_fp16_res`), but graphics devices also sum up in halves here, and the sums of coarser layers are longer.
 */
const RESOLUTIONS = 3;

/** Below this everything is small, and every bit of the 4 px constant shows. */
const LOWEST = 8;

/** Largest finite half. */
const MAX_HALF = 65504;

/** The resolution from which a StyleGAN2 generator of this resolution computes in 16-bit floats, if asked to. */
export function halfFrom(resolution: number): number {
  return Math.max(resolution / 2 ** (RESOLUTIONS - 1), LOWEST);
}

/** Whether the block of a resolution is computed in 16-bit floats. */
export function isHalf(
  { halfFrom = Number.POSITIVE_INFINITY }: Pick<Weights, 'halfFrom'>,
  r: number,
): boolean {
  return r >= halfFrom;
}

/**
 * How large activations may become, so that no sum of a 3x3 convolution can pass the largest half: with a kernel up
 * to 1 / sqrt(9 · channels) and styles of mean square 1, that sum is at most 3 · sqrt(channels) times as large.
 */
export function largestActivation(channels: number): number {
  return MAX_HALF / (3 * Math.sqrt(channels));
}
