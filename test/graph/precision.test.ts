import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import {
  add,
  constant,
  gradients,
  half,
  halvesOf,
  input,
  mul,
  program,
  scale,
  single,
  sum,
  type Tensor,
} from '../../src/graph/index.js';
import { toOnnx } from '../../src/graph/onnx/lower.js';
import { ENGINES_HERE } from '../engine/engines.js';

const x = input('x', [3]);
const FEED = [1, 1 + 2 ** -12, 3];

async function evaluate(outputs: Record<string, Tensor>, halves: boolean): Promise<Record<string, number[]>> {
  const model = toOnnx(program(outputs), { halves });
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const results = await session.run({ x: new ort.Tensor('float32', Float32Array.from(FEED), [3]) });
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { type, data }]) => {
      expect(type).toBe('float32');
      return [name, [...(data as Float32Array)]];
    }),
  );
}

test('what is computed from a half is a half, up to where it is widened', () => {
  const rounded = half(x);
  const doubled = scale(rounded, 2);
  const wide = single(doubled);
  const after = add(wide, x);
  expect(halvesOf(program({ after }))).toEqual(new Set([rounded, doubled]));
});

test('halves have eleven digits; other operands are narrowed, and a constant serves both', async () => {
  const factor = constant([1 + 2 ** -12, 1, 2], [3]);
  const outputs = { rounded: mul(half(x), factor), full: mul(x, factor), back: single(half(x)) };
  expect(await evaluate(outputs, true)).toEqual({
    rounded: [1, 1, 6],
    full: [1 + 2 ** -12, 1 + 2 ** -12, 6],
    back: [1, 1, 3],
  });
});

test('without halves everything is computed in 32 bits, on every engine', async () => {
  const y = single(scale(half(x), 2));
  const expected = FEED.map((value) => 2 * value);
  expect(await evaluate({ y }, false)).toEqual({ y: expected });
  for (const [, open] of ENGINES_HERE) {
    await using executable = await (await open()).compile(program({ y }));
    expect([...(await executable.run({ x: Float32Array.from(FEED) }))['y']!]).toEqual(expected);
  }
});

test('gradients flow through both', async () => {
  const loss = sum(single(mul(half(x), constant([1, 2, 3], [3]))), [0]);
  const [toX] = gradients(loss, [x]);
  expect(await evaluate({ toX: toX! }, true)).toEqual({ toX: [1, 2, 3] });
});
