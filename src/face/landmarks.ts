/** x to the right and y down, in pixels of the upright photo; the middle of the first pixel is at 0, 0. */
export type Point = readonly [x: number, y: number];

/** How many points the layout has. */
export const LANDMARK_COUNT = 68;

/**
 * A face in the layout of the iBUG 300-W data: 0..16 jaw, 17..26 brows, 27..35 nose, 36..41 the eye on the left of
 * the photo, 42..47 the one on the right, 48..67 mouth.
 */
export interface Landmarks {
  /** 68 points. */
  readonly points: readonly Point[];
}
