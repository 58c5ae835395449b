/** Own pictures of a generator that others are compared with unless it is said. */
export const DEFAULT_OWN = 10;

/** Whether a generator made a picture, as far as its distance tells. */
export type Verdict = 'made' | 'unclear' | 'not made';

/** A picture's distance among those of the generator's own pictures. */
export interface Attribution {
  /** Of the nearest picture that the generator was found to make. */
  readonly distance: number;
  /** How many deviations it is above the mean of the own pictures' distances, all as logarithms. */
  readonly score: number;
  /** Part of the own pictures that are at least as far from what was found for them, 0..1. */
  readonly share: number;
  readonly verdict: Verdict;
}

/** From these scores on a picture is unlike the generator's own, and cannot be one of them, by good measure. */
const UNCLEAR_FROM = 2;
const NOT_MADE_FROM = 3;

/** Distances below this are the same: rounding to 8 bits leaves more. */
const LEAST = 1e-9;

/**
 * A few own pictures may happen to lie close together. Their deviation is taken for no smaller than this: a factor of
 * 1.65 between distances.
 */
const LEAST_DEVIATION = 0.5;

/**
 * Judges a distance by those of the generator's own pictures. Distances spread over orders of magnitude, so their
 * logarithms are compared.
 * @param own at least two, found in the same way
 */
export function attribute(distance: number, own: readonly number[]): Attribution {
  const logarithms = own.map(logarithm);
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / own.length;
  const squares = logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.max(Math.sqrt(squares / (own.length - 1)), LEAST_DEVIATION);
  const score = (logarithm(distance) - mean) / deviation;
  const share = own.filter((other) => other >= distance).length / own.length;
  return { distance, score, share, verdict: verdictOf(score, share) };
}

function verdictOf(score: number, share: number): Verdict {
  if (share > 0 || score < UNCLEAR_FROM) return 'made';
  return score < NOT_MADE_FROM ? 'unclear' : 'not made';
}

function logarithm(distance: number): number {
  return Math.log(Math.max(distance, LEAST));
}
