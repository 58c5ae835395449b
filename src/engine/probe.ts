import {
  add,
  constant,
  conv2d,
  convTranspose2d,
  half,
  input,
  leakyRelu,
  matmul,
  mul,
  type Program,
  program,
  reshape,
  rsqrt,
  sum,
} from '../graph/index.js';
import type { Engine } from './engine.js';

/**
 * Compiles and runs a tiny graph and checks its result: that a library loads, or lists a device, says little about
 * what it can do on this machine.
 * @param options.half in 16-bit floats
 * @returns milliseconds
 */
export async function probe(engine: Engine, options: { half?: boolean } = {}): Promise<number> {
  const started = performance.now();
  await using executable = await engine.compile(probeProgram(options));
  const { y } = await executable.run({ x: Float32Array.of(1, 2, 3, 4) });
  if (!y!.every((value, k) => Math.abs(value - EXPECTED[k]!) < TOLERANCE)) {
    throw new Error(`a test computation gave ${y!.join(', ')}, expected ${EXPECTED.join(', ')}`);
  }
  return performance.now() - started;
}

/** What a generator is made of, once each, with numbers that can be followed by hand and fit into halves. */
function probeProgram(options: { half?: boolean }): Program {
  const given = input('x', [1, 1, 2, 2]);
  const x = options.half === true ? half(given) : given;
  // Every pixel sees all of 1, 2, 3, 4: the maps are 10 everywhere and -10 everywhere.
  const plusAndMinus = constant([...Array<number>(9).fill(1), ...Array<number>(9).fill(-1)], [2, 1, 3, 3]);
  const maps = conv2d(x, plusAndMinus, { padding: [1, 1, 1, 1] });
  // -10 becomes -2; then four squares of 10 · [1 2 3 4] - 2 · [1 0 0 0].
  const squares = constant([1, 2, 3, 4, 1, 0, 0, 0], [2, 1, 2, 2]);
  const doubled = convTranspose2d(leakyRelu(maps, 0.2), squares, { stride: 2 });
  const aHalf = rsqrt(constant([4], [1, 1, 1, 1]));
  const total = reshape(mul(sum(doubled, [2, 3]), aHalf), [1, 1]);
  return program({ y: add(matmul(total, constant([1, -0.5], [1, 2])), constant([1, 2], [1, 2])) });
}

const EXPECTED = [197, -96];
const TOLERANCE = 1e-3;
