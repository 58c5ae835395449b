import * as ort from 'onnxruntime-node';
import {
  add,
  addPlane,
  constant,
  conv2d,
  convTranspose2d,
  input,
  leakyRelu,
  matmul,
  mul,
  type Program,
  program,
  reshape,
} from '../../graph/index.js';
import { BlockedWriter } from '../../graph/onnx/blocked/blocked-writer.js';
import { toBlockedOnnx } from '../../graph/onnx/blocked/lower.js';
import { toOnnx } from '../../graph/onnx/lower.js';
import { encodeModel } from '../../graph/onnx/schema.js';
import { OPSET, valueInfo } from '../../graph/onnx/writer.js';

const OPTIONS: ort.InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  logSeverityLevel: 4,
};

/** At most as many channels lie beside each other on any processor. */
const LARGEST = 16;

const TOLERANCE = 1e-3;

let found: Promise<number | undefined> | undefined;

/**
 * How many channels ONNX Runtime's convolutions want beside each other on this processor: 8 with AVX2, 16 with
 * AVX-512. undefined where it has no blocked form, or where a trial does not give what ordinary operators give: these
 * operators are its own affair and might change.
 */
export function blockSize(): Promise<number | undefined> {
  found ??= tried().catch(() => undefined);
  return found;
}

async function tried(): Promise<number | undefined> {
  const block = await measured();
  if (block === undefined) return undefined;
  const what = trial();
  const feeds = { x: numbers(LARGEST * 4, 1), plane: numbers(36, 2), style: numbers(LARGEST, 3) };
  const [expected, actual] = [
    await run(toOnnx(what), what, feeds),
    await run(toBlockedOnnx(what, block), what, feeds),
  ];
  return expected.every((value, k) => Math.abs(value - actual[k]!) < TOLERANCE) ? block : undefined;
}

/** Channels of two pixels, numbered and brought into blocked order: the second pixel comes after the first block. */
async function measured(): Promise<number | undefined> {
  const writer = new BlockedWriter(1);
  const shape = [1, LARGEST, 1, 2];
  writer.graph.input.push(valueInfo('x', shape));
  writer.op('Identity', [writer.reorderInput('x')], {}, 'y');
  writer.graph.output.push(valueInfo('y', shape));
  const numbered = Float32Array.from({ length: 2 * LARGEST }, (_, k) => k);
  const session = await ort.InferenceSession.create(encodeModel(writer.graph, OPSET), OPTIONS);
  const { y } = await session.run({ x: new ort.Tensor('float32', numbered, shape) });
  await session.release();
  const block = (y!.data as Float32Array).indexOf(1);
  return block > 1 && LARGEST % block === 0 ? block : undefined;
}

/** Everything that blocked graphs are made of, once. */
function trial(): Program {
  const kernel = (shape: readonly number[], seed: number) =>
    constant(
      numbers(
        shape.reduce((a, b) => a * b, 1),
        seed,
      ),
      shape,
    );
  const x = input('x', [1, LARGEST, 2, 2]);
  const style = input('style', [1, LARGEST, 1, 1]);
  const filter = { padding: [1, 1, 1, 1], groups: LARGEST } as const;
  const doubled = convTranspose2d(mul(x, style), kernel([LARGEST, LARGEST, 3, 3], 4), { stride: 2 });
  const filtered = conv2d(doubled, kernel([LARGEST, 1, 2, 2], 5), filter);
  const shifted = addPlane(
    filtered,
    input('plane', [1, 1, 6, 6]),
    reshape(style, [1, LARGEST]),
    kernel([1, LARGEST], 6),
  );
  const maps = leakyRelu(shifted, 0.2);
  const next = conv2d(maps, kernel([LARGEST, LARGEST, 3, 3], 7), { padding: [1, 1, 1, 1] });
  const pixels = reshape(add(next, maps), [1, LARGEST, 36]);
  return program({ y: matmul(kernel([1, 3, LARGEST], 8), pixels) });
}

async function run(
  model: Uint8Array,
  what: Program,
  feeds: Record<string, Float32Array>,
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model, OPTIONS);
  const tensors = [...what.inputs].map(([name, shape]) => [
    name,
    new ort.Tensor('float32', feeds[name]!, shape),
  ]);
  const { y } = await session.run(Object.fromEntries(tensors));
  await session.release();
  return y!.data as Float32Array;
}

/** Numbers within ±0.5 that look random and are always the same. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, k) => (Math.sin(k * 12.9898 + seed * 78.233) * 43758.5453) % 0.5,
  );
}
