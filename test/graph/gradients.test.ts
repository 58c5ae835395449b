import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/index.js';
import type { Shape, Tensor } from '../../src/graph/index.js';
import * as graph from '../../src/graph/index.js';

const engine = await openEngine({ device: 'cpu', threads: 1 });

/** Numbers in ±(0.3..1.3): away from the kink at 0 by more than a step of the differences below. */
function numbers(count: number, seed: number, positive = false): Float32Array {
  let state = seed * 2654435761 + 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const size = 0.3 + (state >>> 8) / 2 ** 24;
    return positive || state & 64 ? size : -size;
  });
}

/**
 * Compares, for each input, the gradient of Σ f · weights along a random direction with the central difference.
 * @param positive inputs are positive throughout
 */
async function check(
  f: (...x: Tensor[]) => Tensor,
  shapes: readonly Shape[],
  seed = 1,
  positive = false,
): Promise<void> {
  const inputs = shapes.map((shape, k) => graph.input(`x${k}`, shape));
  const y = f(...inputs);
  const weights = graph.constant(numbers(graph.elementCount(y.shape), seed + 7), y.shape);
  const axes = y.shape.map((_, axis) => axis);
  const loss = graph.reshape(graph.sum(graph.mul(y, weights), axes), [1]);
  const gradients = graph.gradients(loss, inputs);
  const outputs = Object.fromEntries(gradients.map((gradient, k) => [`g${k}`, gradient]));
  const executable = await engine.compile(graph.program({ loss, ...outputs }));
  const at = Object.fromEntries(
    shapes.map((shape, k) => [`x${k}`, numbers(graph.elementCount(shape), seed + k, positive)]),
  );
  const results = await executable.run(at);
  for (const [k, shape] of shapes.entries()) {
    expect(gradients[k]!.shape).toEqual(shape);
    const direction = numbers(graph.elementCount(shape), seed + k + 31);
    const valueAt = async (step: number) => {
      const moved = at[`x${k}`]!.map((value, i) => value + step * direction[i]!);
      return (await executable.run({ ...at, [`x${k}`]: moved }))['loss']![0]!;
    };
    const step = 1 / 128;
    const difference = ((await valueAt(step)) - (await valueAt(-step))) / (2 * step);
    const gradient = results[`g${k}`]!;
    const along = gradient.reduce((total, g, i) => total + g * direction[i]!, 0);
    const size = Math.sqrt(gradient.reduce((total, g) => total + g * g, 0)) + 0.1;
    expect(Math.abs(difference - along) / size).toBeLessThan(0.02);
  }
  await executable.dispose();
}

describe('the gradient of every operation agrees with finite differences', () => {
  const map: Shape = [2, 3, 4, 4];
  const addPlane = (...x: Tensor[]) => graph.addPlane(x[0]!, x[1]!, x[2]!, x[3]!);
  const cases: [string, (...x: Tensor[]) => Tensor, Shape[], boolean?][] = [
    ['add', graph.add, [map, map]],
    ['add, broadcast', graph.add, [map, [3, 1, 1]]],
    ['sub', graph.sub, [map, map]],
    ['sub, broadcast', graph.sub, [[1, 3, 1, 1], map]],
    ['mul', graph.mul, [map, map]],
    ['mul, per channel', graph.mul, [map, [2, 3, 1, 1]]],
    [
      'mul, both broadcast',
      graph.mul,
      [
        [2, 1, 4, 1],
        [3, 1, 4],
      ],
    ],
    ['mul, scalar', graph.mul, [map, []]],
    ['scale', (x) => graph.scale(x, -2.5), [map]],
    ['square', graph.square, [map]],
    ['rsqrt', graph.rsqrt, [[5, 6]], true],
    ['leakyRelu', (x) => graph.leakyRelu(x, 0.2), [map]],
    ['relu', (x) => graph.leakyRelu(x, 0), [map]],
    ['clamp', (x) => graph.clamp(graph.scale(x, 2), 1.3), [[2, 2]], true],
    ['relu6 around 0', (x) => graph.relu6(graph.scale(x, 3)), [map]],
    ['relu6 around 6', (x) => graph.relu6(graph.add(graph.scale(x, 3), graph.scalar(6))), [map]],
    ['addPlane', addPlane, [map, [2, 1, 4, 4], [2, 3], [2, 3]]],
    ['addPlane, the same for all', addPlane, [map, [1, 1, 4, 4], [2, 3], [2, 3]]],
    ['sumTo', (x) => graph.sumTo(x, [3, 1, 4]), [map]],
    ['broadcastTo', (x) => graph.broadcastTo(x, map), [[3, 1, 4]]],
    ['sum over channels', (x) => graph.sum(x, [1]), [map]],
    ['sum over pixels', (x) => graph.sum(x, [2, 3]), [map]],
    ['mean', (x) => graph.mean(x), [map]],
    ['maxPool', (x) => graph.maxPool(x, { size: 2, stride: 2 }), [map]],
    ['maxPool, overlapping', (x) => graph.maxPool(x, { size: 3, stride: 2, ceil: true }), [[2, 3, 6, 4]]],
    ['averagePool', (x) => graph.averagePool(x, 2), [map]],
    ['repeat', (x) => graph.repeat(x, 2), [map]],
    ['reshape', (x) => graph.reshape(x, [6, 16]), [map]],
    ['expand', (x) => graph.expand(x, [2, 3, 4]), [[2, 1, 4]]],
    ['transpose', (x) => graph.transpose(x, [2, 0, 1]), [[2, 3, 4]]],
    ['slice', (x) => graph.slice(x, 1, 1, 3), [map]],
    ['pad', (x) => graph.pad(x, 2, 1, 2), [map]],
    ['concat', (a, b) => graph.concat([a!, b!], 1), [map, [2, 1, 4, 4]]],
    ['roll', (x) => graph.mul(x, graph.roll(x, 3)), [map]],
  ];
  test.each(cases)('%s', (_, f, shapes, positive) => check(f, shapes, 1, positive));

  test.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('matmul, transposed %s and %s', async (ta, tb) => {
    const [a, b] = [ta ? [4, 3] : [3, 4], tb ? [5, 4] : [4, 5]];
    await check((x, y) => graph.matmul(x!, y!, ta, tb), [a, b]);
    await check(
      (x, y) => graph.matmul(x!, y!, ta, tb),
      [
        [2, ...a],
        [2, ...b],
      ],
    );
  });
});

const convolutions = fc.record({
  groups: fc.integer({ min: 1, max: 2 }),
  perGroup: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  padding: fc.tuple(
    ...([0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 1 })) as [
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
      fc.Arbitrary<number>,
    ]),
  ),
  side: fc.integer({ min: 4, max: 6 }),
  seed: fc.integer({ min: 1, max: 1000 }),
});

describe('convolutions', () => {
  test.each([1, 2, 3])('gradients with stride %i', (stride) =>
    fc.assert(
      fc.asyncProperty(
        convolutions,
        async ({ groups, perGroup: [i, o], kernel: [kh, kw], padding, side, seed }) => {
          const kernel = graph.constant(numbers(groups * o * i * kh * kw, seed), [groups * o, i, kh, kw]);
          const [h, w] = [side, side + 1];
          const options = { stride, padding, groups };
          await check((x) => graph.conv2d(x!, kernel, options), [[2, groups * i, h, w]], seed);
          await check((x) => graph.convTranspose2d(x!, kernel, options), [[2, groups * o, 4, 5]], seed);
        },
      ),
      { numRuns: 25, seed: 1 },
    ),
  );

  test.each([1, 2])('gradients towards kernels that are no constants, with stride %i', (stride) =>
    fc.assert(
      fc.asyncProperty(convolutions, async ({ perGroup: [i, o], kernel, padding, side, seed }) => {
        const options = { stride, padding };
        const shape = [o, i, ...kernel];
        await check((x, k) => graph.conv2d(x!, k!, options), [[2, i, side, side + 1], shape], seed);
        await check((x, k) => graph.convTranspose2d(x!, k!, options), [[1, o, 4, 5], shape], seed);
      }),
      { numRuns: 15, seed: 1 },
    ),
  );

  test.each([1, 2])('gradients of gradients towards kernels, with stride %i', async (stride) => {
    const attributes = { stride, padding: [1, 0, 1, 1], groups: 1 } as const;
    const extents = stride === 1 ? [4, 5] : [2, 3];
    await check(
      (x, g) => graph.kernelGradient(x!, g!, [3, 2], attributes),
      [
        [2, 2, 4, 5],
        [2, 3, ...extents],
      ],
    );
  });

  test('kernels of convolutions in groups have to be constants', () => {
    const [x, kernel] = [graph.input('x', [1, 2, 4, 4]), graph.input('k', [2, 1, 3, 3])];
    const loss = graph.reshape(graph.mean(graph.conv2d(x, kernel, { groups: 2 })), [1]);
    expect(() => graph.gradients(loss, [kernel])).toThrow(graph.GraphError);
  });
});

test('a tensor that is used twice gets both gradients', async () => {
  await check((x) => graph.add(graph.mul(x!, x!), graph.scale(x!, 3)), [[3, 4]]);
});

test('an input that the loss does not depend on is an error', () => {
  const [x, other] = [graph.input('x', [1]), graph.input('other', [1])];
  expect(() => graph.gradients(graph.square(x), [other])).toThrow(graph.GraphError);
});
