import type { Program, Shape } from '../graph/index.js';
import { elementCount } from '../numbers/shape.js';
import type { Values } from './engine.js';

/**
 * The value of every input that a program needs, with its name and shape.
 * @throws RangeError for one that is missing or has the wrong length
 */
export function feedsOf(
  what: Pick<Program, 'inputs'>,
  inputs: Values,
): { name: string; shape: Shape; values: Float32Array }[] {
  return [...what.inputs].map(([name, shape]) => {
    const values = inputs[name];
    if (values?.length === elementCount(shape)) return { name, shape, values };
    const found = values?.length;
    throw new RangeError(
      `input ${name}: expected ${elementCount(shape)} values for [${shape}], found ${found}`,
    );
  });
}
