/**
 * Sides of aligned pictures, in pixels. The smallest generator makes 4 px, where no face can be told; the largest
 * 1024.
 */
export const MIN_ALIGNED_SIZE = 8;
export const MAX_ALIGNED_SIZE = 2048;

/** Side of the picture that is reduced to the aligned one: 200 MB at this size. */
export const MAX_TRANSFORM_SIZE = 8192;

/** FFHQ samples four times as finely as the result: 4096 px for 1024. */
export const SUPERSAMPLING = 4;

/**
 * Longer side of a face's box in the photo, in pixels: smaller ones have too little in them to be worth a picture.
 */
export const DEFAULT_MIN_SIZE = 24;
