import { type Engine, type Executable, underKey } from '../../engine/index.js';
import { throwIfAborted } from '../../errors.js';
import type { GeneratorNetwork } from '../../generator/generator.js';
import { noiseFeeds, noiseInputsOf, ownNoise } from '../../generator/noise-layers.js';
import {
  add,
  averagePool,
  clamp,
  concat,
  input,
  mul,
  type Program,
  program,
  reshape,
  scale,
  sub,
  type Tensor,
} from '../../graph/index.js';
import type { SearchSpace } from '../search-space.js';

/**
 * How points of the latent space look beside a picture, as numbers whose squares add up to the pyramid loss: the
 * differences of the pixels at 64 px and every halving of that down to 8 px. With the generator's own noise. Where
 * the target is as bright or dark as a picture can be, what the generator makes beyond that is no difference.
 */
export interface View {
  /**
   * @param points each [dim]
   * @param target [3, resolution, resolution], -1..1
   * @returns one row of residuals for each point, all of the same length
   */
  residuals(
    points: readonly Float32Array[],
    target: Float32Array,
    signal?: AbortSignal,
  ): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Larger pictures are averaged down to this side: what is finer says little about w. */
const FINEST = 64;
const COARSEST = 8;

/** What 8 bits cannot tell from more: beyond the first or last level. */
const SATURATED = 0.999;

/** Points of a batch at 64 px; fewer of larger pictures, so that memory stays that of one step. */
const BATCH = 32;

/**
 * Compiles what a view needs when it is used first.
 * @param key of network and space, where the engine is to keep that
 */
export function createView(
  network: GeneratorNetwork,
  space: SearchSpace,
  engine: Engine,
  key?: string,
): View {
  const { resolution } = network.architecture;
  const largest = Math.max(1, Math.min(BATCH, Math.floor(BATCH * (FINEST / resolution) ** 2)));
  const noise = noiseFeeds(ownNoise(network));
  const compiled = new Map<number, Promise<Executable>>();
  const executable = (batch: number) => {
    const build = async () => residualProgram(network, space, batch);
    const compile = async () => engine.compile(await underKey(key && `residuals of ${batch} ${key}`, build));
    if (!compiled.has(batch)) compiled.set(batch, compile());
    return compiled.get(batch)!;
  };
  return {
    async residuals(points, target, signal) {
      const saturated = target.map((value) => (Math.abs(value) > SATURATED ? 1 : 0));
      const batch = points.length === 1 ? 1 : largest;
      const rows: Float32Array[] = [];
      for (let start = 0; start < points.length; start += batch) {
        throwIfAborted(signal);
        const w = new Float32Array(batch * space.dim);
        for (let k = 0; k < batch; k++) w.set(points[Math.min(start + k, points.length - 1)]!, k * space.dim);
        const values = (await (await executable(batch)).run({ w, target, saturated, ...noise }))[
          'residuals'
        ]!;
        const length = values.length / batch;
        const wanted = Math.min(batch, points.length - start);
        for (let k = 0; k < wanted; k++) rows.push(values.slice(k * length, (k + 1) * length));
      }
      return rows;
    },
    async dispose() {
      await Promise.all([...compiled.values()].map(async (one) => (await one).dispose()));
    },
  };
}

/** w [batch, dim], target and where it is saturated [1, 3, R, R], noise maps -> residuals [batch, length]. */
function residualProgram(network: GeneratorNetwork, space: SearchSpace, batch: number): Program {
  const { resolution } = network.architecture;
  const w = input('w', [batch, space.dim]);
  const target = input('target', [1, 3, resolution, resolution]);
  const image = network.synthesis(space.latents(w), noiseInputsOf(network.noiseLayers));
  const saturated = input('saturated', [1, 3, resolution, resolution]);
  const shown = add(image, mul(saturated, sub(clamp(image, 1), image)));
  return program({ residuals: pyramidResiduals(sub(shown, target)) });
}

function pyramidResiduals(difference: Tensor): Tensor {
  const side = difference.shape[3]!;
  const levels = [side > FINEST ? averagePool(difference, side / FINEST) : difference];
  while (levels.at(-1)!.shape[3]! > COARSEST) levels.push(averagePool(levels.at(-1)!, 2));
  const parts = levels.map((level) => {
    const [batch, ...rest] = level.shape as [number, number, number, number];
    const count = rest.reduce((product, extent) => product * extent, 1);
    return scale(reshape(level, [batch, count]), 1 / Math.sqrt(count * levels.length));
  });
  return concat(parts, 1);
}
