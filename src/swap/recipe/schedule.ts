/** Which model supplies the structure, that is, the resolutions up to the swap. */
export type Structure = 'transfer' | 'base';

/** How much of the transfer model each resolution receives. */
export interface Schedule {
  /** The last resolution, in pixels, that takes its weights from the model named by `structure`. */
  readonly swap: number;
  /** Width of the transition in octaves (the scale of the logistic), finite and >= 0; 0 or absent is a hard swap. */
  readonly ramp?: number;
  /** `transfer` is the paper's α; `base` is 1 - α. */
  readonly structure: Structure;
}

/**
 * The ramp's centre lies half-way between the last resolution that swaps and the first that does not. Centred on
 * the swap itself, α(swap) would stay 0.5 however narrow the ramp, and would not converge to the hard swap.
 */
const OCTAVES_FROM_SWAP_TO_CENTRE = 0.5;

/**
 * The share of the transfer model in the weights of resolution `r`, 0..1 (Pinkney & Adler 2020, section 3):
 * p = (1 - α(r)) · p_base + α(r) · p_transfer. Without a ramp α is exactly 0 or 1.
 */
export function alpha(r: number, schedule: Schedule): number {
  const towardsTransfer = lowResolutionShare(r, schedule.swap, schedule.ramp ?? 0);
  return schedule.structure === 'transfer' ? towardsTransfer : 1 - towardsTransfer;
}

/** α of every resolution in `resolutions`, in their order. */
export function alphas(resolutions: readonly number[], schedule: Schedule): Map<number, number> {
  return new Map(resolutions.map((r) => [r, alpha(r, schedule)]));
}

/** 1 well below the swap, 0 well above it. */
function lowResolutionShare(r: number, swap: number, ramp: number): number {
  const octaves = Math.log2(r) - Math.log2(swap) - OCTAVES_FROM_SWAP_TO_CENTRE;
  if (ramp === 0) return octaves <= 0 ? 1 : 0;
  // A tiny ramp makes the quotient ±Infinity, whose exponential is 0 or Infinity: the hard swap, never NaN,
  // because `octaves` is at least half an octave away from 0 at every power of two.
  return 1 / (1 + Math.exp(octaves / ramp));
}
