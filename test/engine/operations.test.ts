import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Engine, openEngine } from '../../src/engine/index.js';
import type { Shape, Tensor } from '../../src/graph/index.js';
import * as graph from '../../src/graph/index.js';
import { maxDifference } from '../support/golden.js';
import { gaussian } from '../support/random-generator.js';
import { ENGINES_HERE } from './engines.js';

// test/graph compares ONNX Runtime with values worked out by hand and with finite differences; the others are
// compared with ONNX Runtime here, on shapes in which no two extents are the same where that can be.
const reference = await openEngine({ engine: 'onnxruntime', device: 'cpu', threads: 1 });

function numbers(shape: Shape, seed: number): Float32Array {
  const normal = gaussian(seed);
  return Float32Array.from({ length: graph.elementCount(shape) }, normal);
}

async function evaluate(engine: Engine, y: Tensor, inputs: Record<string, Float32Array>) {
  await using executable = await engine.compile(graph.program({ y }));
  const { y: values } = await executable.run(inputs);
  return values!;
}

async function expectAgreement(
  engine: Engine,
  f: (...x: Tensor[]) => Tensor,
  shapes: readonly Shape[],
  seed = 1,
) {
  const y = f(...shapes.map((shape, k) => graph.input(`x${k}`, shape)));
  const inputs = Object.fromEntries(shapes.map((shape, k) => [`x${k}`, numbers(shape, seed + k)]));
  const expected = await evaluate(reference, y, inputs);
  expect(maxDifference(await evaluate(engine, y, inputs), expected)).toBeLessThan(1e-4);
}

function gradientOfMaxPool(x: Tensor, ceil: boolean): Tensor {
  const y = graph.maxPool(x, { size: 3, stride: 2, ceil });
  const weights = graph.constant(numbers(y.shape, 9), y.shape);
  const loss = graph.reshape(graph.sum(graph.mul(y, weights), [0, 1, 2, 3]), [1]);
  return graph.gradients(loss, [x])[0]!;
}

const map: Shape = [2, 3, 4, 6];
const cases: [string, (...x: Tensor[]) => Tensor, Shape[]][] = [
  ['add', graph.add, [map, map]],
  ['add of fewer axes', graph.add, [map, [3, 1, 1]]],
  ['add of a row', graph.add, [map, [6]]],
  ['add to fewer axes', graph.add, [[4, 6], map]],
  ['sub per channel', graph.sub, [[1, 3, 1, 1], map]],
  ['mul by a map', graph.mul, [map, [2, 1, 4, 6]]],
  [
    'mul, both broadcast',
    graph.mul,
    [
      [2, 1, 4, 1],
      [3, 1, 6],
    ],
  ],
  ['mul by a scalar', graph.mul, [map, []]],
  ['addPlane', (...x) => graph.addPlane(x[0]!, x[1]!, x[2]!, x[3]!), [map, [2, 1, 4, 6], [2, 3], [2, 3]]],
  [
    'addPlane, the same for all',
    (...x) => graph.addPlane(x[0]!, x[1]!, x[2]!, x[3]!),
    [map, [1, 1, 4, 6], [2, 3], [2, 3]],
  ],
  ['rsqrt', (x) => graph.rsqrt(graph.add(graph.square(x!), graph.scalar(0.5))), [map]],
  ['leakyRelu', (x) => graph.leakyRelu(x!, 0.2), [map]],
  ['relu', (x) => graph.leakyRelu(x!, 0), [map]],
  ['leakyReluSlope', (x) => graph.leakyReluSlope(x!, 0.2), [map]],
  ['clamp', (x) => graph.clamp(x!, 0.7), [map]],
  ['relu6', (x) => graph.relu6(graph.scale(x!, 5)), [map]],
  ['within', (x) => graph.within(x!, 0.7), [map]],
  ['sum over channels', (x) => graph.sum(x!, [1]), [map]],
  ['sum over pixels', (x) => graph.sum(x!, [2, 3]), [map]],
  ['sum over a batch and pixels', (x) => graph.sum(x!, [0, 2, 3]), [map]],
  ['sum over all', (x) => graph.sum(x!, [0, 1, 2, 3]), [map]],
  ['sum of three axes', (x) => graph.sum(x!, [1]), [[2, 3, 5]]],
  ['maxPool', (x) => graph.maxPool(x!, { size: 2, stride: 2 }), [map]],
  [
    'maxPool of overlapping squares beyond the end',
    (x) => graph.maxPool(x!, { size: 3, stride: 2, ceil: true }),
    [map],
  ],
  ['the gradient of maxPool', (x) => gradientOfMaxPool(x!, false), [[2, 3, 6, 7]]],
  ['the gradient of maxPool beyond the end', (x) => gradientOfMaxPool(x!, true), [map]],
  ['averagePool', (x) => graph.averagePool(x!, 2), [map]],
  ['repeat', (x) => graph.repeat(x!, 2), [map]],
  ['repeat three times', (x) => graph.repeat(x!, 3), [map]],
  ['reshape of pixels to a row', (x) => graph.reshape(x!, [2, 3, 24]), [map]],
  ['reshape that moves channels', (x) => graph.reshape(x!, [6, 24]), [map]],
  ['reshape to other channels', (x) => graph.reshape(x!, [2, 6, 2, 6]), [map]],
  ['reshape from a matrix', (x) => graph.reshape(x!, [2, 3, 4, 6]), [[6, 24]]],
  ['reshape to five axes', (x) => graph.reshape(x!, [2, 3, 2, 2, 6]), [map]],
  ['expand', (x) => graph.expand(x!, [2, 3, 4]), [[2, 1, 4]]],
  ['expand pixels', (x) => graph.expand(x!, map), [[2, 3, 1, 1]]],
  ['transpose', (x) => graph.transpose(x!, [2, 0, 1]), [[2, 3, 4]]],
  ['transpose of four axes', (x) => graph.transpose(x!, [3, 1, 0, 2]), [map]],
  ['transpose of a matrix', (x) => graph.transpose(x!, [1, 0]), [[2, 3]]],
  ['slice of channels', (x) => graph.slice(x!, 1, 1, 3), [map]],
  ['slice of rows', (x) => graph.slice(x!, 2, 1, 3), [map]],
  ['pad', (x) => graph.pad(x!, 2, 1, 2), [map]],
  ['pad channels', (x) => graph.pad(x!, 1, 1, 2), [map]],
  ['concat', (...x) => graph.concat(x, 1), [map, [2, 1, 4, 6]]],
  ['roll', (x) => graph.roll(x!, 3), [map]],
  ['an input as output', (x) => x!, [map]],
  ['a constant as output', () => graph.constant(numbers(map, 5), map), []],
  ['a value used twice by one node', (x) => graph.mul(graph.scale(x!, 2), graph.scale(x!, 2)), [map]],
];

for (const [name, open] of ENGINES_HERE.slice(1)) {
  const engine = await open();
  describe(`${name} agrees with ONNX Runtime`, () => {
    test.each(cases)('%s', (_, f, shapes) => expectAgreement(engine, f, shapes));

    test.each([
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ])('matmul, transposed %s and %s', async (ta, tb) => {
      const [a, b] = [ta ? [4, 3] : [3, 4], tb ? [5, 4] : [4, 5]];
      await expectAgreement(engine, (x, y) => graph.matmul(x!, y!, ta, tb), [a, b]);
      const f = (x: Tensor, y: Tensor) => graph.matmul(x, y, ta, tb);
      await expectAgreement(engine, f as (...x: Tensor[]) => Tensor, [
        [2, ...a],
        [2, ...b],
      ]);
    });

    test('convolutions with groups, strides, unequal borders and any kernel', () =>
      fc.assert(
        fc.asyncProperty(
          convolutions,
          async ({ groups, perGroup: [i, o], size: [kh, kw], padding, stride, seed }) => {
            const kernel = graph.constant(numbers([groups * o, i, kh, kw], seed), [groups * o, i, kh, kw]);
            const options = { stride, padding, groups };
            await expectAgreement(
              engine,
              (x) => graph.conv2d(x!, kernel, options),
              [[2, groups * i, 5, 6]],
              seed,
            );
            const transposed = (x: Tensor) => graph.convTranspose2d(x, kernel, options);
            await expectAgreement(engine, transposed as () => Tensor, [[2, groups * o, 4, 5]], seed);
          },
        ),
        { numRuns: 60, seed: 1 },
      ));
  });
}

const upTo = (max: number) => fc.integer({ min: 1, max });
const zeros = fc.integer({ min: 0, max: 1 });
const convolutions = fc.record({
  groups: upTo(3),
  perGroup: fc.tuple(upTo(3), upTo(3)),
  size: fc.tuple(upTo(4), upTo(4)),
  padding: fc.tuple(zeros, zeros, zeros, zeros),
  stride: upTo(3),
  seed: fc.integer({ min: 1, max: 1000 }),
});
