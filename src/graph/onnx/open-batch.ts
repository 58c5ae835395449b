import type { Program } from '../program.js';
import { requireGraph, type Shape, type Tensor } from '../tensor.js';

/**
 * Graphs have fixed shapes. To write one out for any number of pictures it is built with this extent in the place of
 * that number, a prime that no other extent is a multiple of: wherever it shows in a shape, the batch is meant.
 * Shapes take no memory, so its size costs nothing.
 */
export const OPEN_BATCH = 1_000_003;

/** What the open extent is called in the file. */
export const BATCH_NAME = 'N';

/** Whether an extent is the open one. */
export function isOpen(extent: number | undefined): boolean {
  return extent === OPEN_BATCH;
}

/**
 * The name of an input whose first axis is the batch, where a program has one.
 * @throws GraphError where a program does anything with the batch that cannot be written for any number: counting it,
 *   cutting it, joining it with another axis
 */
export function batchInput(program: Program): string | undefined {
  for (const node of program.nodes) {
    requireGraph(isPlain(node), () => `${node.kind} of shape [${node.shape}] cannot have an open batch`);
  }
  return [...program.inputs].find(([, shape]) => isOpen(shape[0]))?.[0];
}

function isPlain(node: Tensor): boolean {
  const { shape, inputs } = node;
  const multiples = shape.filter((extent) => extent > 0 && extent % OPEN_BATCH === 0);
  if (multiples.length > 1 || !multiples.every(isOpen)) return false;
  const axes = axesWorkedOn(node);
  return !inputs.some((x) => axes.some((axis) => isOpen(x.shape[axis])));
}

/** Axes along which elements are added, cut off or put beside each other. */
function axesWorkedOn({ kind, attributes }: Tensor): readonly number[] {
  if (kind === 'sum') return attributes.axes;
  return kind === 'slice' || kind === 'pad' || kind === 'concat' ? [attributes.axis] : [];
}

/** The shape that Reshape takes: 0 keeps the axis of the operand, -1 is what is left. */
export function reshapeTarget(from: Shape, to: Shape): Shape {
  return to.map((extent, axis) => (isOpen(extent) ? (isOpen(from[axis]) ? 0 : -1) : extent));
}
