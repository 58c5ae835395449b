import { elementCount } from '../numbers/shape.js';
import { node, requireGraph, type Shape, type Tensor } from './tensor.js';

/** A value fed in at every run under `name`. */
export function input(name: string, shape: Shape): Tensor {
  return node('input', { name }, [], shape, () => []);
}

/** Values that never change, row-major. The array must not be changed afterwards. */
export function constant(values: Float32Array | readonly number[], shape: Shape): Tensor {
  requireGraph(
    values.length === elementCount(shape),
    () => `constant of ${values.length} values for shape [${shape}]`,
  );
  return node(
    'constant',
    { values: values instanceof Float32Array ? values : Float32Array.from(values) },
    [],
    shape,
    () => [],
  );
}

/** A number as a tensor of shape [], which broadcasts against anything. */
export function scalar(value: number): Tensor {
  return constant([value], []);
}
