import { expect, test } from 'vitest';
import { openEngine } from '../../src/engine/index.js';
import type { Shape, Tensor } from '../../src/graph/index.js';
import * as graph from '../../src/graph/index.js';

const engine = await openEngine({ device: 'cpu', threads: 1 });

async function evaluate(y: Tensor): Promise<number[]> {
  await using executable = await engine.compile(graph.program({ y }));
  const { y: values } = await executable.run({});
  return [...values!];
}

function counting(shape: Shape, from = 1): Tensor {
  return graph.constant(
    Float32Array.from({ length: graph.elementCount(shape) }, (_, i) => from + i),
    shape,
  );
}

/** Of the sum of the two maxima of [1, 1, 2, 3]. */
function poolGradient(values: number[]): Tensor {
  const x = graph.constant(values, [1, 1, 2, 3]);
  const y = graph.maxPool(x, { size: 2, stride: 1 });
  return graph.gradients(graph.reshape(graph.sum(y, [2, 3]), [1]), [x])[0]!;
}

test.each<[string, Tensor, number[]]>([
  ['broadcast add', graph.add(counting([2, 2]), graph.constant([10, 20], [2])), [11, 22, 13, 24]],
  [
    'addPlane',
    graph.addPlane(
      graph.constant([0, 0, 0, 0, 100, 100, 100, 100], [1, 2, 2, 2]),
      counting([1, 1, 2, 2]),
      graph.constant([1, -1], [1, 2]),
      graph.constant([10, 20], [1, 2]),
    ),
    [11, 12, 13, 14, 119, 118, 117, 116],
  ],
  ['rsqrt', graph.rsqrt(graph.constant([4, 0.25], [2])), [0.5, 2]],
  ['leakyRelu', graph.leakyRelu(graph.constant([-10, 0, 3], [3]), 0.2), [-2, 0, 3]],
  ['leakyReluSlope', graph.leakyReluSlope(graph.constant([-1e-20, 1e-20, 1e8], [3]), 0.25), [0.25, 1, 1]],
  ['clamp', graph.clamp(graph.constant([-9, 1, 9], [3]), 4), [-4, 1, 4]],
  ['relu6', graph.relu6(graph.constant([-9, 0, 2.5, 6, 9], [5])), [0, 0, 2.5, 6, 6]],
  ['within', graph.within(graph.constant([-4, -3.999, 0, 4, 9], [5]), 4), [0, 1, 1, 0, 0]],
  ['matmul', graph.matmul(counting([2, 2]), counting([2, 2])), [7, 10, 15, 22]],
  ['matmul of a batch', graph.matmul(counting([2, 1, 2]), counting([2, 1, 2]), false, true), [5, 25]],
  ['conv2d correlates', graph.conv2d(counting([1, 1, 2, 2]), counting([1, 1, 2, 2])), [30]],
  [
    'convTranspose2d does not flip',
    graph.convTranspose2d(counting([1, 1, 1, 1]), counting([1, 1, 2, 2]), { stride: 2 }),
    [1, 2, 3, 4],
  ],
  ['maxPool', graph.maxPool(counting([1, 1, 2, 5]), { size: 2, stride: 2 }), [7, 9]],
  [
    'maxPool beyond the end',
    graph.maxPool(counting([1, 1, 2, 4], -9), { size: 3, stride: 2, ceil: true }),
    [-3, -2],
  ],
  [
    'the gradient of maxPool, at the first of equal ones',
    poolGradient([1, 3, 3, 0, 2, 2]),
    [0, 2, 0, 0, 0, 0],
  ],
  ['averagePool', graph.averagePool(counting([1, 1, 2, 4]), 2), [3.5, 5.5]],
  ['repeat', graph.repeat(counting([1, 1, 1, 2]), 2), [1, 1, 2, 2, 1, 1, 2, 2]],
  ['transpose', graph.transpose(counting([2, 3]), [1, 0]), [1, 4, 2, 5, 3, 6]],
  ['slice', graph.slice(counting([2, 3]), 1, 1, 3), [2, 3, 5, 6]],
  ['pad', graph.pad(counting([2]), 0, 1, 2), [0, 1, 2, 0, 0]],
  ['concat', graph.concat([counting([2, 1]), counting([2, 2], 5)], 1), [1, 5, 6, 2, 7, 8]],
  ["roll is numpy's roll by 1", graph.roll(counting([2, 3]), 1), [3, 1, 2, 6, 4, 5]],
  ['sum over channels', graph.sum(counting([1, 2, 1, 2]), [1]), [4, 6]],
])('%s', async (_, y, expected) => {
  const values = await evaluate(y);
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 4);
  });
});

test.each<[string, () => Tensor]>([
  ['shapes that do not broadcast', () => graph.add(counting([2]), counting([3]))],
  ['a reshape to another size', () => graph.reshape(counting([4]), [3])],
  ['a slice beyond the end', () => graph.slice(counting([4]), 0, 2, 5)],
  ['matrices that do not fit', () => graph.matmul(counting([2, 3]), counting([2, 3]))],
  ['channels that do not fit', () => graph.conv2d(counting([1, 2, 3, 3]), counting([1, 1, 1, 1]))],
  ['a constant of the wrong size', () => graph.constant([1, 2], [3])],
  [
    'two inputs of one name',
    () => {
      const y = graph.add(graph.input('x', [1]), graph.input('x', [1]));
      return graph.program({ y }).outputs.get('y')!;
    },
  ],
])('refuses %s', (_, build) => {
  expect(build).toThrow(graph.GraphError);
});

test('an engine refuses inputs of the wrong length', async () => {
  await using executable = await engine.compile(graph.program({ y: graph.scale(graph.input('x', [3]), 2) }));
  await expect(executable.run({ x: new Float32Array(2) })).rejects.toThrow(RangeError);
  await expect(executable.run({})).rejects.toThrow(RangeError);
});

test('a device that is not there is refused by name', async () => {
  await expect(openEngine({ device: 'cuda' })).rejects.toMatchObject({ code: 'DEVICE_MISSING' });
});
