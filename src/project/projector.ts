import { styleRows } from '../checkpoint/architecture.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Engine, Executable, Values } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import { RandomState } from '../generator/random-state.js';
import { type NoiseMaps, noiseInputs, synthesis } from '../generator/stylegan2-synthesis.js';
import { loadWeights, type Weights } from '../generator/weights.js';
import { add, broadcastTo, gradients, input, type Program, program, reshape, scale } from '../graph/index.js';
import { Adam } from './adam.js';
import { type Loss, pyramidLoss } from './loss.js';
import { noiseRegulariser, renormalise } from './noise.js';
import { learningRateAt, type Ramps, REFERENCE_RAMPS, wNoiseAt } from './schedule.js';
import { type WStatistics, wStatistics } from './statistics.js';

export interface ProjectorSettings {
  /** How pictures are compared. Default: the pyramid. */
  readonly loss?: Loss;
  /** Weight of the noise regulariser. Default: the loss's own. */
  readonly noiseWeight?: number;
  /** One-hot class [classes] of a conditional generator. */
  readonly label?: Float32Array | undefined;
}

export interface ProjectOptions {
  /** Default 1000. */
  readonly steps?: number;
  /** Of the initial noise maps and of the noise in W: the same seed gives the same result. Default 0. */
  readonly seed?: number;
  readonly ramps?: Ramps;
  /** Noise maps to start from, unit normals of the seed unless given. */
  readonly initialNoise?: NoiseMaps;
  /** Ends early once the distance is below this. Default: never. */
  readonly stopBelow?: number;
  /** Called before each update. */
  readonly onStep?: (progress: StepProgress) => void | Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

export interface StepProgress {
  /** From 0. */
  readonly step: number;
  readonly steps: number;
  /** Distance of the picture of `w` and `noise`, without the regulariser. */
  readonly distance: number;
  /** Distance and regulariser together. */
  readonly loss: number;
  /** What is being tried in this step; changes after the callback. */
  readonly w: Float32Array;
  readonly noise: NoiseMaps;
}

/** A point in W with its noise maps, and how far its picture is from the target. */
export interface Latents {
  /** [w_dim] */
  readonly w: Float32Array;
  /** Each of mean 0 and mean square 1. */
  readonly noise: NoiseMaps;
  readonly distance: number;
}

export interface Projection {
  /** The nearest of all steps. */
  readonly best: Latents;
  /** Where the optimisation ended. */
  readonly last: Latents;
  /** Updates made. */
  readonly steps: number;
}

/** Finds the w of pictures in one generator. Calls must not overlap. */
export interface Projector {
  readonly statistics: WStatistics;
  /** @param target [3, resolution, resolution], -1..1 */
  project(target: Float32Array, options?: ProjectOptions): Promise<Projection>;
  dispose(): Promise<void>;
}

/** Loads the base generator and compiles it with its gradients; the checkpoint may be closed afterwards. */
export async function createProjector(
  checkpoint: Checkpoint,
  engine: Engine,
  settings: ProjectorSettings = {},
): Promise<Projector> {
  const weights = await loadWeights(checkpoint);
  const statistics = await wStatistics(weights, engine, settings.label);
  const step = await engine.compile(stepProgram(weights, settings));
  return {
    statistics,
    project: (target, options = {}) => optimise(step, weights, statistics, target, options),
    dispose: () => step.dispose(),
  };
}

/** One step as a graph: w [1, w_dim], noise maps and target in; distance, loss and their gradients out. */
export function stepProgram(
  weights: Weights,
  { loss = pyramidLoss, noiseWeight }: ProjectorSettings = {},
): Program {
  const { architecture } = weights;
  const { resolution, wDim } = architecture;
  const w = input('w', [1, wDim]);
  const target = input('target', [1, 3, resolution, resolution]);
  const noise = noiseInputs(weights);
  const ws = broadcastTo(reshape(w, [1, 1, wDim]), [1, styleRows(architecture), wDim]);
  const distance = loss.distance(synthesis(weights, ws, noise), target);
  const penalty = scale(noiseRegulariser([...noise.values()]), noiseWeight ?? loss.noiseWeight);
  const total = add(distance, penalty);
  const [toW, ...toNoise] = gradients(total, [w, ...noise.values()]);
  const noiseGradients = [...noise.keys()].map((layer, k) => [`gradient.noise.${layer}`, toNoise[k]!]);
  return program({ distance, total, 'gradient.w': toW!, ...Object.fromEntries(noiseGradients) });
}

/** The projector of StyleGAN2 (section 5.2 and appendix D) with w and noise maps optimised together. */
async function optimise(
  executable: Executable,
  weights: Weights,
  { wAvg, wStd }: WStatistics,
  target: Float32Array,
  options: ProjectOptions,
): Promise<Projection> {
  const { steps = 1000, seed = 0, ramps = REFERENCE_RAMPS, stopBelow = 0 } = options;
  const random = new RandomState(seed);
  const w = wAvg.slice();
  const noise = new Map(
    [...noiseInputs(weights)].map(([layer, { shape }]) => {
      const given = options.initialNoise?.get(layer);
      return [layer, given?.slice() ?? Float32Array.from(random.randn(shape[2]! * shape[3]!))];
    }),
  );
  const optimisers = new Map([
    ['w', new Adam(w)],
    ...[...noise].map(([layer, map]) => [`noise.${layer}`, new Adam(map)] as const),
  ]);
  const maps: Values = Object.fromEntries([...noise].map(([layer, map]) => [`noise.${layer}`, map]));

  let best: Latents | undefined;
  let step = 0;
  for (; step < steps; step++) {
    throwIfAborted(options.signal);
    const t = step / steps;
    const deviation = wStd * wNoiseAt(t, ramps);
    const tried = deviation > 0 ? jittered(w, deviation, random) : w;
    const results = await executable.run({ w: tried, target, ...maps });
    const [distance, loss] = [results['distance']![0]!, results['total']![0]!];
    if (best === undefined || distance < best.distance) best = snapshot(tried, noise, distance);
    await options.onStep?.({ step, steps, distance, loss, w: tried, noise });
    if (distance < stopBelow) break;
    const learningRate = learningRateAt(t, ramps);
    for (const [name, adam] of optimisers) adam.update(results[`gradient.${name}`]!, learningRate);
    for (const map of noise.values()) renormalise(map);
  }
  const end = await executable.run({ w, target, ...maps });
  const last = snapshot(w, noise, end['distance']![0]!);
  return { best: best !== undefined && best.distance < last.distance ? best : last, last, steps: step };
}

function jittered(w: Float32Array, deviation: number, random: RandomState): Float32Array {
  const normals = random.randn(w.length);
  return w.map((value, i) => value + normals[i]! * deviation);
}

function snapshot(w: Float32Array, noise: NoiseMaps, distance: number): Latents {
  return { w: w.slice(), noise: new Map([...noise].map(([layer, map]) => [layer, map.slice()])), distance };
}
