/** Number of elements of a shape; of a scalar, `[]`, one. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
