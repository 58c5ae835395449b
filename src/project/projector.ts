import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { type Engine, underKey, type Values } from '../engine/index.js';
import { compileStaged, type StagedExecutable } from '../engine/staged.js';
import { throwIfAborted, UsageError } from '../errors.js';
import { codeStamp } from '../files/code-stamp.js';
import type { GeneratorNetwork } from '../generator/generator.js';
import { loadGenerator } from '../generator/load-generator.js';
import { networkKey } from '../generator/network-key.js';
import { type NoiseMaps, noiseFeeds, ownNoise } from '../generator/noise-layers.js';
import { RandomState } from '../generator/random-state.js';
import { pyramidLoss } from '../metric/loss.js';
import { type Descended, descend, freshState, type SearchState } from './descent.js';
import { createGaussNewton, type GaussNewton, mostSteps } from './gauss-newton/search.js';
import { DEFAULT_PULL, DEFAULT_STEPS, type Profile, type SpaceName } from './profile.js';
import { FAST_RAMPS, type Ramps, REFERENCE_RAMPS } from './schedule.js';
import { repeated, type SearchSpace, searchSpaceOf } from './search-space.js';
import type { WStatistics } from './statistics.js';
import { type StepSettings, stepProgram } from './step-program.js';

export interface ProjectorSettings extends StepSettings {
  /** Where to search. Default: W. */
  readonly space?: SpaceName;
  /** Weight of the mean squared distance of the rows from w_avg, in units of w's deviation. Default: 1e-4 in W+. */
  readonly pull?: number;
}

export interface ProjectionOptions {
  /** How to search: see docs/projection.md. Default: fast. */
  readonly profile?: Profile;
  /** Steps of Adam. Default: 1000 in the reference profile, 100 in the fast one, none where it needs none. */
  readonly steps?: number;
  /** Of the initial noise maps and of the noise in W: the same seed gives the same result. Default 0. */
  readonly seed?: number;
  /** Default: those of the profile. */
  readonly ramps?: Ramps;
  /** Noise maps to start from. Default: unit normals of the seed; in the fast profile the checkpoint's own. */
  readonly initialNoise?: NoiseMaps;
  /** Forget the optimised noise at the end, as the reference does: the results have none, and are as the generator's
   * own noise shows them. */
  readonly discardNoise?: boolean;
  /**
   * Ends early once the distance is below this. Default: never; in the fast profile what rounding to 8 bits leaves.
   */
  readonly stopBelow?: number;
  /** Called before each update. */
  readonly onStep?: (progress: StepProgress) => void | Promise<void>;
  /** Where an interrupted search goes on: one of the same target, options and settings. */
  readonly resume?: SearchState;
  /** Called before each update of Adam, with a way to say where the search stands. */
  readonly onState?: (state: () => SearchState) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

export interface StepProgress {
  /** From 0. */
  readonly step: number;
  /** At most so many; the fast profile may need fewer. */
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
  /** [w_dim], or [rows, w_dim] in W+; for a PGGAN, which has no W, z of length sqrt(z_dim) and the one-hot label. */
  readonly w: Float32Array;
  /** Each of mean 0 and mean square 1; none where the noise was discarded. */
  readonly noise: NoiseMaps;
  readonly distance: number;
  /** What the generator makes of it, [3, resolution, resolution]. */
  readonly image: Float32Array;
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
export interface Projector extends AsyncDisposable {
  readonly statistics: WStatistics;
  /** @param target [3, resolution, resolution], -1..1 */
  project(target: Float32Array, options?: ProjectionOptions): Promise<Projection>;
  dispose(): Promise<void>;
}

/**
 * Loads the base generator and compiles it with its gradients; the checkpoint may be closed afterwards.
 * @throws UsageError `SPACE_MEANINGLESS`; InputFileError as `loadGenerator`
 */
export async function createProjector(
  checkpoint: Checkpoint,
  engine: Engine,
  settings: ProjectorSettings = {},
): Promise<Projector> {
  const { label, pull = DEFAULT_PULL[settings.space ?? 'w'] } = settings;
  const network = await loadGenerator(checkpoint);
  const space = searchSpaceOf(network, label, settings.space);
  const plain = searchSpaceOf(network, label);
  const key = await searchKey(checkpoint);
  const statistics = await plain.measure(engine, key);
  const build = async () =>
    stepProgram(network, settings, space, pull > 0 ? { weight: pull, statistics } : undefined);
  const stepKey = key && keyOfStep(settings, space, pull);
  // What a loss makes of the target is the same in every step.
  const step = await compileStaged(engine, await underKey(stepKey && `${stepKey} ${key}`, build), ['target']);
  let gaussNewton: GaussNewton | undefined;
  const search: Search = {
    step,
    network,
    space,
    statistics,
    near(...args) {
      gaussNewton ??= createGaussNewton(network, plain, statistics, engine, key && `label ${label} ${key}`);
      return gaussNewton.search(...args);
    },
  };
  const projector: Projector = {
    statistics,
    project: (target, options = {}) => project(search, target, options),
    dispose: async () => {
      await Promise.all([step.dispose(), gaussNewton?.dispose()]);
    },
    [Symbol.asyncDispose]() {
      return this.dispose();
    },
  };
  return projector;
}

/** What everything that a search of a checkpoint computes from its weights alone is kept under. */
async function searchKey(checkpoint: Checkpoint): Promise<string | undefined> {
  const key = await networkKey(checkpoint);
  return key && `${key} ${codeStamp(['project', 'metric', 'render', 'numbers'])}`;
}

/** What else decides a step; undefined where that cannot be said in words: LPIPS is a network of its own. */
function keyOfStep(
  { loss = pyramidLoss, noiseWeight = loss.noiseWeight, label }: ProjectorSettings,
  { dim }: SearchSpace,
  pull: number,
): string | undefined {
  return loss.isPlain === true
    ? `step of ${loss.name}, noise ${noiseWeight}, label ${label}, ${dim} numbers, pull ${pull}`
    : undefined;
}

interface Search {
  readonly step: StagedExecutable;
  readonly network: GeneratorNetwork;
  readonly space: SearchSpace;
  readonly statistics: WStatistics;
  readonly near: GaussNewton['search'];
}

/** Steps that a search makes at most: those of {@link StepProgress}. */
export function plannedSteps(profile: Profile, steps: number, resolution: number): number {
  return (profile === 'fast' ? mostSteps(resolution) : 0) + steps;
}

/** What rounding to 8 bits leaves of the pyramid loss is 1.7e-6: nearer than this, there is nothing left to find. */
const FOUND = 2e-6;

async function project(
  search: Search,
  target: Float32Array,
  options: ProjectionOptions,
): Promise<Projection> {
  const { profile = 'fast', signal, onStep } = options;
  const isFast = profile === 'fast';
  const { space, statistics, step: executable } = search;
  const { steps = DEFAULT_STEPS[profile], ramps = isFast ? FAST_RAMPS : REFERENCE_RAMPS } = options;
  const feeds = await executable.prepare({ target });
  const planned = plannedSteps(profile, steps, search.network.architecture.resolution);
  const start =
    options.resume === undefined
      ? await startOf(search, target, feeds, { ...options, steps: planned })
      : { state: resumable(options.resume, search), isFound: false };
  const end = await descend(executable, space, feeds, start.state, {
    steps: start.isFound ? 0 : steps,
    ramps,
    stopBelow: options.stopBelow ?? (isFast ? FOUND : 0),
    wStd: statistics.wStd,
    onState: options.onState,
    onStep: ({ step, point, ...tried }) =>
      onStep?.({ ...tried, step: planned - steps + step, steps: planned, w: space.row(point) }),
    signal,
  });
  const latents = (found: Descended) => rendered(search, found, feeds, options.discardNoise === true);
  const best = await latents(end.best);
  return { best, last: end.last === end.best ? best : await latents(end.last), steps: end.steps };
}

/** Where Adam starts: at the mean, as the reference does, or where Gauss-Newton steps have found the picture. */
async function startOf(
  search: Search,
  target: Float32Array,
  feeds: Values,
  options: ProjectionOptions & { readonly steps: number },
): Promise<{ state: SearchState; isFound: boolean }> {
  const { network, space, statistics, step: executable } = search;
  const { seed = 0, profile = 'fast', signal, onStep, steps } = options;
  const random = new RandomState(seed);
  const own = profile === 'fast' ? ownNoise(network) : undefined;
  const noise = new Map(
    network.noiseLayers.map(({ layer, resolution }) => {
      const given = options.initialNoise?.get(layer) ?? own?.get(layer);
      return [layer, given ?? Float32Array.from(random.randn(resolution ** 2))];
    }),
  );
  if (profile === 'reference') {
    const starts = space.starts(statistics, random);
    const nearest = await nearestStart(executable, starts, { ...feeds, ...noiseFeeds(noise) }, signal);
    return { state: freshState(nearest, noise, random), isFound: false };
  }
  let step = 0;
  const found = await search.near(target, {
    stopBelow: FOUND,
    signal,
    onStep: ({ point, distance }) =>
      onStep?.({ step: step++, steps, distance, loss: distance, w: space.row(point), noise }),
  });
  const point = repeated(found.point, space.dim / found.point.length);
  return { state: freshState(point, noise, random), isFound: found.distance < FOUND };
}

/** @throws UsageError `STATE_DIFFERS` for a state of another generator or space */
function resumable(state: SearchState, { network, space }: Search): SearchState {
  const sizes = [
    ['w', space.dim] as const,
    ...network.noiseLayers.map(({ layer, resolution }) => [`noise.${layer}`, resolution ** 2] as const),
  ];
  const fits = sizes.every(([name, size]) =>
    ['', 'first.', 'second.', 'best.'].every((kind) => state.values[`${kind}${name}`]?.length === size),
  );
  if (fits && Object.keys(state.values).length === 4 * sizes.length) return state;
  throw new UsageError('STATE_DIFFERS', 'resume: expected a state of a search in this generator and space');
}

/** A result with its picture. */
async function rendered(
  { step, network, space }: Search,
  { point, noise, distance }: Descended,
  feeds: Values,
  discardNoise: boolean,
): Promise<Latents> {
  const shown = discardNoise ? ownNoise(network) : noise;
  const results = await step.run({ w: point, ...noiseFeeds(shown), ...feeds });
  return {
    w: space.row(point),
    noise: discardNoise ? new Map() : noise,
    distance: discardNoise ? results['distance']![0]! : distance,
    image: results['image']!,
  };
}

/** Of several points the one whose picture is nearest; the only one as it is. */
async function nearestStart(
  executable: StagedExecutable,
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
