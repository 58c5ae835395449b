/**
 * The ramps of the projector (StyleGAN2 section 5.2 and appendix D), as functions of t = step / steps in 0..1.
 */
export interface Ramps {
  /** Highest learning rate. */
  readonly learningRate: number;
  /** Part of the run in which the learning rate rises from 0. */
  readonly rampUp: number;
  /** Part of the run in which it falls to 0 along a cosine. */
  readonly rampDown: number;
  /** Noise added to w at the start, in units of the deviation of w. */
  readonly wNoise: number;
  /** Part of the run after which no noise is added to w any more. */
  readonly wNoiseEnd: number;
}

export const REFERENCE_RAMPS: Ramps = {
  learningRate: 0.1,
  rampUp: 0.05,
  rampDown: 0.25,
  wNoise: 0.05,
  wNoiseEnd: 0.75,
};

/** After a start that is near already: small steps, and nothing added to w. */
export const FAST_RAMPS: Ramps = {
  learningRate: 0.02,
  rampUp: 0.05,
  rampDown: 0.5,
  wNoise: 0,
  wNoiseEnd: 0.75,
};

export function learningRateAt(t: number, ramps: Ramps = REFERENCE_RAMPS): number {
  const down = Math.min(1, (1 - t) / ramps.rampDown);
  const up = Math.min(1, t / ramps.rampUp);
  return ramps.learningRate * (0.5 - 0.5 * Math.cos(Math.PI * down)) * up;
}

/** Deviation of the noise added to w, in units of w's own. */
export function wNoiseAt(t: number, ramps: Ramps = REFERENCE_RAMPS): number {
  return ramps.wNoise * Math.max(0, 1 - t / ramps.wNoiseEnd) ** 2;
}
