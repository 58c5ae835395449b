/** One colour of a picture. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  /** Rows from the top, levels 0..255. */
  readonly values: Float32Array;
}
