import { type Engine, keptValues, type Values } from '../engine/index.js';
import type { GeneratorNetwork } from '../generator/generator.js';
import { mappingProgram } from '../generator/programs.js';
import { RandomState } from '../generator/random-state.js';

/** Where the generator's w lie (StyleGAN2 appendix D). */
export interface WStatistics {
  /** Mean of w, [w_dim]. */
  readonly wAvg: Float32Array;
  /** Root of the mean squared distance from it: one number for the whole space. */
  readonly wStd: number;
  /** The first 2,000 of them, [2000, w_dim]. */
  readonly samples: Float32Array;
}

const SAMPLES = 10_000;
const SEED = 123;
const BATCH = 500;

/** Enough to know the directions in which w varies. */
export const KEPT_SAMPLES = 2_000;

/**
 * Mean and deviation of w over 10,000 z of RandomState(123), as the reference projector takes them.
 * @param label one-hot class [classes] of a conditional generator
 * @param key of the network, where the engine is to keep them
 */
export async function wStatistics(
  network: GeneratorNetwork,
  engine: Engine,
  label?: Float32Array,
  key?: string,
): Promise<WStatistics> {
  const own = key === undefined ? undefined : `statistics of w, label ${label} ${key}`;
  const { wAvg, wStd, samples } = await keptValues(engine, own, async () => {
    const { wStd, ...measured } = await measuredStatistics(network, engine, label);
    return { ...measured, wStd: floatsOf(wStd) };
  });
  return { wAvg: wAvg!, wStd: numberOf(wStd!), samples: samples! };
}

/** A number of 64 bits as two of 32 that it is the sum of, as near as anybody needs it. */
function floatsOf(value: number): Float32Array {
  const high = Math.fround(value);
  return Float32Array.of(high, value - high);
}

function numberOf([high, low]: Float32Array): number {
  return high! + low!;
}

async function measuredStatistics(
  network: GeneratorNetwork,
  engine: Engine,
  label: Float32Array | undefined,
): Promise<WStatistics> {
  const { zDim } = network.architecture;
  const wDim = network.space.dim;
  await using mapping = await engine.compile(mappingProgram(network, BATCH));
  const labels: Values = label === undefined ? {} : { label: labelRows(label) };
  const random = new RandomState(SEED);
  const sums = new Float64Array(wDim);
  const batches: Float32Array[] = [];
  for (let done = 0; done < SAMPLES; done += BATCH) {
    const z = Float32Array.from(random.randn(BATCH * zDim));
    const { w } = await mapping.run({ z, ...labels });
    batches.push(w!);
    for (let i = 0; i < w!.length; i++) sums[i % wDim]! += w![i]!;
  }
  const wAvg = Float32Array.from(sums, (sum) => sum / SAMPLES);
  let squares = 0;
  for (const w of batches) for (let i = 0; i < w.length; i++) squares += (w[i]! - wAvg[i % wDim]!) ** 2;
  const samples = new Float32Array(KEPT_SAMPLES * wDim);
  for (let k = 0; k < KEPT_SAMPLES / BATCH; k++) samples.set(batches[k]!, k * BATCH * wDim);
  return { wAvg, wStd: Math.sqrt(squares / SAMPLES), samples };
}

function labelRows(label: Float32Array): Float32Array {
  const rows = new Float32Array(label.length * BATCH);
  for (let k = 0; k < BATCH; k++) rows.set(label, k * label.length);
  return rows;
}
