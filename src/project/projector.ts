import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Engine, Executable, Values } from '../engine/index.js';
import { compileStaged, type StagedExecutable } from '../engine/staged.js';
import { throwIfAborted } from '../errors.js';
import type { GeneratorNetwork } from '../generator/generator.js';
import { loadGenerator } from '../generator/load-generator.js';
import { type NoiseMaps, noiseInputsOf } from '../generator/noise-layers.js';
import { RandomState } from '../generator/random-state.js';
import { add, gradients, input, type Program, program, scale } from '../graph/index.js';
import { Adam } from './adam.js';
import { type Loss, pyramidLoss } from './loss.js';
import { noiseRegulariser, renormalise } from './noise.js';
import { learningRateAt, type Ramps, REFERENCE_RAMPS, wNoiseAt } from './schedule.js';
import { type SearchSpace, searchSpaceOf } from './search-space.js';
import type { WStatistics } from './statistics.js';

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
  /** [w_dim]; for a PGGAN, which has no W, z of length sqrt(z_dim) with the one-hot label behind it. */
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
  const network = await loadGenerator(checkpoint);
  const space = searchSpaceOf(network, settings.label);
  const statistics = await space.measure(engine);
  // What a loss makes of the target is the same in every step.
  const step = await compileStaged(engine, stepProgram(network, settings), ['target']);
  return {
    statistics,
    project: (target, options = {}) => optimise({ step, network, space, statistics }, target, options),
    dispose: () => step.dispose(),
  };
}

/** One step as a graph: w (or z) [1, dim], noise maps and target in; distance, loss and their gradients out. */
export function stepProgram(
  network: GeneratorNetwork,
  { loss = pyramidLoss, noiseWeight, label }: ProjectorSettings = {},
): Program {
  const { resolution } = network.architecture;
  const space = searchSpaceOf(network, label);
  const w = input('w', [1, space.dim]);
  const target = input('target', [1, 3, resolution, resolution]);
  const noise = noiseInputsOf(network.noiseLayers);
  const distance = loss.distance(network.synthesis(space.latents(w), noise), target);
  const penalty = scale(noiseRegulariser([...noise.values()]), noiseWeight ?? loss.noiseWeight);
  const total = add(distance, penalty);
  const [toW, ...toNoise] = gradients(total, [w, ...noise.values()]);
  const noiseGradients = [...noise.keys()].map((layer, k) => [`gradient.noise.${layer}`, toNoise[k]!]);
  return program({ distance, total, 'gradient.w': toW!, ...Object.fromEntries(noiseGradients) });
}

interface Search {
  readonly step: StagedExecutable;
  readonly network: GeneratorNetwork;
  readonly space: SearchSpace;
  readonly statistics: WStatistics;
}

/** The projector of StyleGAN2 (section 5.2 and appendix D) with w and noise maps optimised together. */
async function optimise(
  { step: executable, network, space, statistics }: Search,
  target: Float32Array,
  options: ProjectOptions,
): Promise<Projection> {
  const { steps = 1000, seed = 0, ramps = REFERENCE_RAMPS, stopBelow = 0 } = options;
  const random = new RandomState(seed);
  const noise = new Map(
    network.noiseLayers.map(({ layer, resolution }) => {
      const given = options.initialNoise?.get(layer);
      return [layer, given?.slice() ?? Float32Array.from(random.randn(resolution ** 2))];
    }),
  );
  const maps: Values = Object.fromEntries([...noise].map(([layer, map]) => [`noise.${layer}`, map]));
  const starts = space.starts(statistics, random);
  const fixed = await executable.prepare({ target });
  const w = await nearestStart(executable, starts, { ...fixed, ...maps }, options.signal);
  const optimisers = new Map([
    ['w', new Adam(w)],
    ...[...noise].map(([layer, map]) => [`noise.${layer}`, new Adam(map)] as const),
  ]);

  let best: Latents | undefined;
  let step = 0;
  for (; step < steps; step++) {
    throwIfAborted(options.signal);
    const t = step / steps;
    const deviation = statistics.wStd * wNoiseAt(t, ramps);
    const tried = deviation > 0 ? jittered(w, deviation, random) : w;
    const results = await executable.run({ w: tried, ...fixed, ...maps });
    const [distance, loss] = [results['distance']![0]!, results['total']![0]!];
    if (best === undefined || distance < best.distance) best = snapshot(space.row(tried), noise, distance);
    await options.onStep?.({ step, steps, distance, loss, w: space.row(tried), noise });
    if (distance < stopBelow) break;
    const learningRate = learningRateAt(t, ramps);
    for (const [name, adam] of optimisers) adam.update(results[`gradient.${name}`]!, learningRate);
    space.constrain(w);
    for (const map of noise.values()) renormalise(map);
  }
  const end = await executable.run({ w, ...fixed, ...maps });
  const last = snapshot(space.row(w), noise, end['distance']![0]!);
  return { best: best !== undefined && best.distance < last.distance ? best : last, last, steps: step };
}

/** Of several points the one whose picture is nearest; the only one as it is. */
async function nearestStart(
  executable: Executable,
  starts: readonly Float32Array[],
  feeds: Values,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  let [nearest, least] = [starts[0]!, Number.POSITIVE_INFINITY];
  if (starts.length === 1) return nearest;
  for (const w of starts) {
    throwIfAborted(signal);
    const distance = (await executable.run({ w, ...feeds }))['distance']![0]!;
    if (distance < least) [nearest, least] = [w, distance];
  }
  return nearest;
}

function jittered(w: Float32Array, deviation: number, random: RandomState): Float32Array {
  const normals = random.randn(w.length);
  return w.map((value, i) => value + normals[i]! * deviation);
}

function snapshot(w: Float32Array, noise: NoiseMaps, distance: number): Latents {
  return { w, noise: new Map([...noise].map(([layer, map]) => [layer, map.slice()])), distance };
}
