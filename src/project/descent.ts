import type { Executable, Values } from '../engine/index.js';
import { throwIfAborted } from '../errors.js';
import { type NoiseMaps, noiseFeeds } from '../generator/noise-layers.js';
import { type RandomSnapshot, RandomState } from '../generator/random-state.js';
import { Adam } from './adam.js';
import { renormalise } from './noise.js';
import { learningRateAt, type Ramps, wNoiseAt } from './schedule.js';
import type { SearchSpace } from './search-space.js';

/** A point of the search space with its noise maps, and how far its picture is from the target. */
export interface Descended {
  readonly point: Float32Array;
  readonly noise: NoiseMaps;
  readonly distance: number;
}

/** Where a search stands: with it, it goes on as if it had never been interrupted. */
export interface SearchState {
  /** Updates made. */
  readonly step: number;
  /**
   * `w` and `noise.LAYER` as they are; the same under `first.` and `second.`, Adam's moments; under `best.` the best.
   */
  readonly values: Values;
  /** Infinite where there is no best yet. */
  readonly bestDistance: number;
  readonly random: RandomSnapshot;
}

export interface DescentOptions {
  readonly steps: number;
  readonly ramps: Ramps;
  readonly stopBelow: number;
  /** Deviation of w. */
  readonly wStd: number;
  /** Called before each update. */
  readonly onStep?:
    | ((tried: Descended & { readonly step: number; readonly loss: number }) => void | Promise<void>)
    | undefined;
  /** Called before each update with a way to say where the search stands. */
  readonly onState?: (state: () => SearchState) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** A state before the first step. */
export function freshState(point: Float32Array, noise: NoiseMaps, random: RandomState): SearchState {
  const values = { w: point.slice(), ...noiseFeeds(copied(noise)) };
  const moments = Object.entries(values).flatMap(([name, { length }]) =>
    ['first', 'second'].map((kind) => [`${kind}.${name}`, new Float32Array(length)] as const),
  );
  return {
    step: 0,
    values: { ...values, ...Object.fromEntries(moments), ...under('best', values) },
    bestDistance: Number.POSITIVE_INFINITY,
    random: random.snapshot(),
  };
}

/**
 * Moves a point and its noise maps together with Adam, as the projector of StyleGAN2 does (section 5.2, appendix D).
 * @param feeds what every step takes beside them: the target
 * @returns the nearest of all steps, the last, and the updates made
 */
export async function descend(
  executable: Executable,
  space: SearchSpace,
  feeds: Values,
  from: SearchState,
  options: DescentOptions,
): Promise<{ readonly best: Descended; readonly last: Descended; readonly steps: number }> {
  const { steps, ramps, stopBelow, wStd } = options;
  const random = RandomState.restored(from.random);
  const parameters = Object.keys(from.values).filter((name) => name === 'w' || name.startsWith('noise.'));
  const values = Object.fromEntries(parameters.map((name) => [name, from.values[name]!.slice()]));
  const { w, ...maps } = values as { w: Float32Array };
  const noise = noiseOfFeeds(maps);
  const optimisers = new Map(
    parameters.map((name) => {
      const [first, second] = ['first', 'second'].map((kind) => from.values[`${kind}.${name}`]!.slice());
      return [name, new Adam(values[name]!, first, second, from.step)];
    }),
  );
  let best: Descended = { ...foundUnder('best', from.values, parameters), distance: from.bestDistance };

  let step = from.step;
  const state = (): SearchState => ({
    step,
    values: {
      ...copiedValues(values),
      ...Object.fromEntries([...optimisers].map(([name, { first }]) => [`first.${name}`, first.slice()])),
      ...Object.fromEntries([...optimisers].map(([name, { second }]) => [`second.${name}`, second.slice()])),
      ...under('best', { w: best.point, ...noiseFeeds(best.noise) }),
    },
    bestDistance: best.distance,
    random: random.snapshot(),
  });
  for (; step < steps; step++) {
    await options.onState?.(state);
    throwIfAborted(options.signal);
    const t = step / steps;
    const deviation = wStd * wNoiseAt(t, ramps);
    const tried = deviation > 0 ? jittered(w, deviation, random) : w;
    const results = await executable.run({ w: tried, ...maps, ...feeds });
    const [distance, loss] = [results['distance']![0]!, results['total']![0]!];
    if (distance < best.distance) best = { point: tried.slice(), noise: copied(noise), distance };
    await options.onStep?.({ step, distance, loss, point: tried, noise });
    if (distance < stopBelow) break;
    const learningRate = learningRateAt(t, ramps);
    for (const [name, adam] of optimisers) adam.update(results[`gradient.${name}`]!, learningRate);
    space.constrain(w);
    for (const map of noise.values()) renormalise(map);
  }
  const end = await executable.run({ w, ...maps, ...feeds });
  const last = { point: w, noise, distance: end['distance']![0]! };
  return { best: best.distance < last.distance ? best : last, last, steps: step };
}

function noiseOfFeeds(feeds: Values): NoiseMaps {
  return new Map(Object.entries(feeds).map(([name, map]) => [name.slice('noise.'.length), map]));
}

function foundUnder(prefix: string, values: Values, parameters: readonly string[]) {
  const { w, ...maps } = Object.fromEntries(
    parameters.map((name) => [name, values[`${prefix}.${name}`]!.slice()]),
  ) as { w: Float32Array };
  return { point: w, noise: noiseOfFeeds(maps) };
}

function under(prefix: string, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value.slice()]),
  );
}

function copied(noise: NoiseMaps): NoiseMaps {
  return new Map([...noise].map(([layer, map]) => [layer, map.slice()]));
}

function copiedValues(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.slice()]));
}

function jittered(w: Float32Array, deviation: number, random: RandomState): Float32Array {
  const normals = random.randn(w.length);
  return w.map((value, i) => value + normals[i]! * deviation);
}
