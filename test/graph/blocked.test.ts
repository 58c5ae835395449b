import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { blockSize } from '../../src/engine/onnx/block-size.js';
import type { Shape, Tensor } from '../../src/graph/index.js';
import * as graph from '../../src/graph/index.js';
import { toBlockedOnnx } from '../../src/graph/onnx/blocked/lower.js';
import { toOnnx } from '../../src/graph/onnx/lower.js';
import { maxDifference } from '../support/golden.js';
import { gaussian } from '../support/random-generator.js';

// Where ONNX Runtime has no blocked form, nothing is written in it.
const block = await blockSize();

function numbers(shape: Shape, seed: number): Float32Array {
  const normal = gaussian(seed);
  return Float32Array.from({ length: graph.elementCount(shape) }, normal);
}

function weights(shape: Shape, seed = 5): Tensor {
  return graph.constant(numbers(shape, seed), shape);
}

async function run(model: Uint8Array, feeds: Record<string, ort.Tensor>) {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 4 });
  const results = await session.run(feeds);
  await session.release();
  return results['y']!.data as Float32Array;
}

/** Compares a graph in blocked order with the same in usual order. */
async function compare(f: (...x: Tensor[]) => Tensor, shapes: readonly Shape[]): Promise<void> {
  const y = f(...shapes.map((shape, k) => graph.input(`x${k}`, shape)));
  const program = graph.program({ y });
  const feeds = Object.fromEntries(
    shapes.map((shape, k) => [`x${k}`, new ort.Tensor('float32', numbers(shape, k + 1), shape)]),
  );
  const blocked = Buffer.from(toBlockedOnnx(program, block!));
  expect(blocked.includes('com.microsoft.nchwc')).toBe(true);
  const expected = await run(toOnnx(program), feeds);
  const actual = await run(blocked, feeds);
  const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expect(maxDifference(actual, expected) / size).toBeLessThan(2e-4);
}

const C = 32;
const same = { padding: [1, 1, 1, 1] } as const;
const lines = { groups: C };

/** Something that is in blocked order. */
function maps(x: Tensor): Tensor {
  return graph.conv2d(x, weights([C, x.shape[1]!, 3, 3]), same);
}

const map: Shape = [1, C, 6, 7];
const perChannel: Shape = [1, C, 1, 1];

describe.skipIf(block === undefined)('a graph in blocked order gives what it gives in the usual one', () => {
  const cases: [string, (...x: Tensor[]) => Tensor, Shape[]][] = [
    ['a convolution with stride', (x) => graph.conv2d(x!, weights([C, C, 3, 3]), { stride: 2 }), [map]],
    ['a convolution of few channels', (x) => maps(maps(x!)), [[1, 3, 6, 7]]],
    ['a batch', (x) => maps(graph.leakyRelu(maps(x!), 0.2)), [[2, C, 6, 7]]],
    ['activation in the convolution', (x) => maps(graph.leakyRelu(maps(x!), 0.2)), [map]],
    ['an activation whose operand is used again', usedTwice, [map]],
    ['a filter', (x) => graph.conv2d(maps(x!), weights([C, 1, 4, 4]), lines), [map]],
    ['a filter along columns, then along rows', (x) => filters(maps(x!), [4, 1], [1, 3]), [map]],
    ['a filter along rows, then along columns', (x) => filters(maps(x!), [1, 2], [5, 1]), [map]],
    ['two filters of the same direction', (x) => filters(maps(x!), [3, 1], [2, 1]), [map]],
    ['a small kernel that takes the style', styledMaps, [[1, C, 40, 40], perChannel]],
    ['a map that takes the style', styledMaps, [map, perChannel]],
    [
      'a style for each picture',
      styledMaps,
      [
        [2, C, 40, 40],
        [2, C, 1, 1],
      ],
    ],
    ['a styled transposed convolution', styledDoubling, [[1, C, 40, 40], perChannel]],
    ['doubling and filter', doubledAndFiltered, [map]],
    ['doubling, whose zeros are cut off', (x) => graph.leakyRelu(doubled(maps(x!)), 0.1), [map]],
    ['add', (a, b) => graph.add(maps(a!), b!), [map, map]],
    [
      'add per channel, with activation',
      (a, b) => graph.leakyRelu(graph.add(maps(a!), b!), 0),
      [map, perChannel],
    ],
    ['sub per channel', (a, b) => graph.sub(maps(a!), b!), [map, perChannel]],
    [
      'add per channel of each picture, with activation',
      (a, b) => graph.leakyRelu(graph.add(maps(a!), b!), 0.2),
      [
        [2, C, 6, 7],
        [2, C, 1, 1],
      ],
    ],
    [
      'mul by the same per channel of two pictures',
      (a, b) => graph.mul(maps(a!), b!),
      [[2, C, 6, 7], perChannel],
    ],
    ['sub from a channel', (a, b) => graph.sub(b!, maps(a!)), [map, perChannel]],
    ['mul by a plane', (a, b) => graph.mul(b!, maps(a!)), [map, [1, 1, 6, 7]]],
    [
      'mul by a plane, for several pictures',
      (a, b) => graph.mul(maps(a!), b!),
      [
        [2, C, 6, 7],
        [1, 1, 6, 7],
      ],
    ],
    [
      'mul by a plane each',
      (a, b) => graph.mul(maps(a!), b!),
      [
        [2, C, 6, 7],
        [2, 1, 6, 7],
      ],
    ],
    ['sub of a number', (a) => graph.sub(graph.scalar(3), maps(a!)), [map]],
    ['clamp', (x) => graph.clamp(maps(x!), 0.5), [map]],
    ['sum over pixels', (x) => graph.sum(maps(x!), [2, 3]), [[1, C, 64, 64]]],
    ['sum over some pixels', (x) => graph.sum(maps(x!), [2, 3]), [[2, C, 6, 7]]],
    ['sum over channels', (x) => graph.sum(maps(x!), [1]), [[2, C, 6, 7]]],
    ['addPlane', (...x) => withPlane(maps(x[0]!), ...x.slice(1)), [map, [1, 1, 6, 7], [1, C], [1, C]]],
    [
      'addPlane with activation',
      (...x) => graph.leakyRelu(withPlane(maps(x[0]!), ...x.slice(1)), 0.2),
      [map, [1, 1, 6, 7], [1, C], [1, C]],
    ],
    [
      'addPlane for a batch',
      (...x) => withPlane(maps(x[0]!), ...x.slice(1)),
      [
        [2, C, 6, 7],
        [1, 1, 6, 7],
        [2, C],
        [2, C],
      ],
    ],
    [
      'addPlane for a batch, with activation',
      (...x) => graph.leakyRelu(withPlane(maps(x[0]!), ...x.slice(1)), 0.2),
      [
        [3, C, 6, 7],
        [1, 1, 6, 7],
        [3, C],
        [3, C],
      ],
    ],
    [
      'addPlane of a plane for each picture',
      (...x) => withPlane(maps(x[0]!), ...x.slice(1)),
      [
        [2, C, 6, 7],
        [2, 1, 6, 7],
        [2, C],
        [2, C],
      ],
    ],
    [
      'colours of the pixels of a batch',
      (x, a) => graph.matmul(a!, pixelsOf(maps(x!))),
      [
        [2, C, 6, 7],
        [2, 3, C],
      ],
    ],
    ['colours of pixels', (x, a) => graph.matmul(a!, pixelsOf(maps(x!))), [map, [1, 3, C]]],
    [
      'pixels of colours',
      (a, b) => maps(graph.reshape(graph.matmul(a!, b!), map)),
      [
        [1, C, 3],
        [1, 3, 42],
      ],
    ],
    [
      'pixels of colours, turned',
      (a, b) => maps(graph.reshape(graph.matmul(a!, b!, true), map)),
      [
        [1, 3, C],
        [1, 3, 42],
      ],
    ],
  ];
  test.each(cases)('%s', (_, f, shapes) => compare(f, shapes));

  test('transposed convolutions of any kernel and padding', async () => {
    const extents = fc.record({
      kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 5 })),
      padding: fc.tuple(...([0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 2 })) as Extents)),
      side: fc.tuple(fc.integer({ min: 3, max: 5 }), fc.integer({ min: 3, max: 5 })),
    });
    const property = fc.asyncProperty(extents, async ({ kernel, padding, side }) => {
      const up = (x: Tensor) =>
        graph.convTranspose2d(maps(x), weights([C, C, ...kernel]), { stride: 2, padding });
      await compare((x) => maps(up(x!)), [[1, C, ...side]]);
    });
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  test('gradients', async () => {
    const layer = (...x: Tensor[]) => {
      const up = graph.leakyRelu(
        withPlane(doubledAndFiltered(graph.mul(x[0]!, x[1]!)), x[2]!, x[3]!, x[4]!),
        0.2,
      );
      const loss = graph.reshape(graph.mean(graph.square(graph.matmul(x[5]!, pixelsOf(up)))), [1]);
      const all = graph
        .gradients(loss, x)
        .map((gradient) => graph.reshape(gradient, [graph.elementCount(gradient.shape)]));
      return graph.concat(all, 0);
    };
    await compare(layer, [[1, C, 6, 6], perChannel, [1, 1, 12, 12], [1, C], [1, C], [1, 3, C]]);
  });
});

type Extents = [fc.Arbitrary<number>, fc.Arbitrary<number>, fc.Arbitrary<number>, fc.Arbitrary<number>];

function usedTwice(x: Tensor | undefined): Tensor {
  const y = maps(x!);
  return graph.sub(graph.leakyRelu(y, 0.2), y);
}

function styledMaps(x: Tensor | undefined, style: Tensor | undefined): Tensor {
  return maps(graph.mul(x!, style!));
}

function styledDoubling(x: Tensor | undefined, style: Tensor | undefined): Tensor {
  return doubled(graph.mul(style!, maps(x!)));
}

function doubled(x: Tensor): Tensor {
  return graph.convTranspose2d(x, weights([C, C, 3, 3]), { stride: 2 });
}

/** As StyleGAN2 doubles. */
function doubledAndFiltered(x: Tensor | undefined): Tensor {
  return filters(doubled(x!), [1, 4], [4, 1]);
}

/** Two filters with zeros around, one after the other. */
function filters(x: Tensor, ...sizes: [number, number][]): Tensor {
  return sizes.reduce((y, [rows, columns]) => {
    const padding = [rows, columns, rows, columns].map((size) => (size > 1 ? 1 : 0)) as [
      number,
      number,
      number,
      number,
    ];
    return graph.conv2d(y, weights([C, 1, rows, columns], rows), { padding, ...lines });
  }, x);
}

function withPlane(x: Tensor, ...[plane, factors, offsets]: Tensor[]): Tensor {
  return graph.addPlane(x, plane!, factors!, offsets!);
}

function pixelsOf(x: Tensor): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  return graph.reshape(x, [n, c, h * w]);
}
