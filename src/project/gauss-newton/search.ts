import { type Engine, keptValues } from '../../engine/index.js';
import { throwIfAborted } from '../../errors.js';
import type { GeneratorNetwork } from '../../generator/generator.js';
import type { SearchSpace } from '../search-space.js';
import type { WStatistics } from '../statistics.js';
import { widestDirections } from './directions.js';
import { createGram, dot, LinearModel } from './linear-model.js';
import { createView } from './view.js';

/**
 * The fast way to a picture's w: from the best of many samples by Gauss-Newton steps (Levenberg 1944, Marquardt 1963)
 * on a pyramid of pixels, with the generator's own noise. Measured in docs/projection.md.
 */
export interface GaussNewton {
  /**
   * @param target [3, resolution, resolution], -1..1
   * @returns the nearest point that was found, [dim], and the pyramid loss of it
   */
  search(
    target: Float32Array,
    options?: GaussNewtonOptions,
  ): Promise<{ point: Float32Array; distance: number }>;
  dispose(): Promise<void>;
}

export interface GaussNewtonOptions {
  /** Ends early once the distance is below this. */
  readonly stopBelow?: number;
  readonly onStep?: (tried: { point: Float32Array; distance: number }) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

interface Stage {
  readonly directions: number;
  readonly steps: number;
}

interface Effort {
  /** Samples that are rendered once for a generator, to start each search from the nearest. */
  readonly samples: number;
  /** Samples that are started from: another one where the first leads into a side valley. */
  readonly starts: number;
  /**
   * A stage measures the Jacobian along the widest directions, and steps until that model is used up. The first
   * stages only need to know where to go roughly.
   */
  readonly stages: readonly Stage[];
}

const FIRST_STAGES: readonly Stage[] = [
  { directions: 32, steps: 3 },
  { directions: 64, steps: 3 },
];
const STAGE: Stage = { directions: 128, steps: 12 };

/** Of generators up to 128 px a batch of pictures costs no more than a few steps of the descent. */
const FULL: Effort = { samples: 128, starts: 2, stages: [...FIRST_STAGES, STAGE, STAGE, STAGE, STAGE] };
const MODEST: Effort = { samples: 64, starts: 1, stages: [...FIRST_STAGES, STAGE] };
const FULL_UP_TO = 128;

function effortFor(resolution: number): Effort {
  return resolution <= FULL_UP_TO ? FULL : MODEST;
}

/** Stages after which it shows whether a start leads to the picture, and how near it then is if it clearly does. */
const TRIAL = 3;
const CLEAR = 3e-4;

/** A start is given up when it is not so near as this times the best one. */
const HOPELESS = 4;

/** Steps that a search makes at most. */
export function mostSteps(resolution: number): number {
  const { starts, stages } = effortFor(resolution);
  return starts * stages.reduce((sum, { steps }) => sum + steps, 0);
}

/** Length of the differences that a Jacobian is measured with, in deviations of w. */
const DIFFERENCE = 0.05;

/** Of the damping, in units of the loss: steps are held back the more the further away they start. */
const DAMPING = { first: 0.01, least: 1e-9, most: 1e3, down: 1 / 3, up: 4 };

/** A stage that gains less than this share of the loss was the last. */
const LEAST_GAIN = 0.05;

/** Steps that fail in a row before a new Jacobian is measured. */
const FAILURES = 2;

/** Steps that are still made where the picture is found: they cost little, and bring w nearer. */
const FINISHING = 3;

interface State {
  readonly point: Float32Array;
  readonly residuals: Float32Array;
  /** Sum of the residuals' squares: the pyramid loss. */
  readonly distance: number;
}

/** A search from one start: where it is, and the stage that comes next. */
interface Way {
  state: State;
  readonly damping: { value: number };
  next: number;
  /** Whether further stages are of no use. */
  isOver: boolean;
}

/**
 * @param statistics of `space`
 * @param key of network and space, where the engine is to keep what is the same for every picture
 */
export function createGaussNewton(
  network: GeneratorNetwork,
  space: SearchSpace,
  statistics: WStatistics,
  engine: Engine,
  key?: string,
): GaussNewton {
  const view = createView(network, space, engine, key);
  const gram = createGram(engine);
  const { samples: count, starts, stages } = effortFor(network.architecture.resolution);
  const samples = rowsOf(statistics.samples, space.dim).slice(0, count);
  let directions: readonly Float32Array[] | undefined;
  let pictures: Promise<{ readonly row: Float32Array; readonly square: number }[]> | undefined;

  /** Samples in the order of how near their pictures are. */
  async function nearest(target: Float32Array, signal: AbortSignal | undefined): Promise<Float32Array[]> {
    pictures ??= keptRows(engine, key && `pictures of ${count} samples ${key}`, count, () =>
      view.residuals(samples, new Float32Array(target.length), signal),
    ).then((rows) => rows.map((row) => ({ row, square: dot(row, row) })));
    const known = await pictures.catch((error) => {
      pictures = undefined;
      throw error;
    });
    // Of grey, the residuals are the picture itself: the target's are what makes the difference.
    const [beside] = await view.residuals([samples[0]!], target);
    const wanted = beside!.map((value, i) => known[0]!.row[i]! - value);
    return known
      .map(({ row, square }, k) => ({ k, distance: square - 2 * dot(row, wanted) }))
      .toSorted((a, b) => a.distance - b.distance)
      .map(({ k }) => samples[k]!);
  }

  async function linearise(
    { point, residuals }: State,
    count: number,
    target: Float32Array,
    signal: AbortSignal | undefined,
  ) {
    const most = Math.max(...stages.map(({ directions }) => directions));
    directions ??= await keptRows(
      engine,
      key && `${most} directions ${key}`,
      Math.min(most, space.dim),
      async () => widestDirections(statistics.samples, statistics.wAvg, most),
    );
    const along = directions.slice(0, count);
    const points = along.map((direction) => moved(point, [direction], [DIFFERENCE], space));
    const columns = await view.residuals(points, target, signal);
    for (const column of columns) {
      for (let i = 0; i < column.length; i++) column[i] = (column[i]! - residuals[i]!) / DIFFERENCE;
    }
    return { along, model: new LinearModel(columns, await gram.of(columns)) };
  }

  /** Levenberg-Marquardt steps with a model of `count` directions. */
  async function stage(
    from: State,
    { directions: count, steps }: Stage,
    target: Float32Array,
    damping: { value: number },
    { stopBelow = 0, onStep, signal }: GaussNewtonOptions,
  ): Promise<State> {
    const { along, model } = await linearise(from, count, target, signal);
    let state = from;
    for (let step = 0, failures = 0, near = 0; step < steps && failures < FAILURES; step++) {
      throwIfAborted(signal);
      if (state.distance < stopBelow && near++ >= FINISHING) break;
      const move = model.step(state.residuals, damping.value * state.distance);
      const tried = await looked(moved(state.point, along, move, space), target);
      await onStep?.(tried);
      const change = tried.residuals.map((value, i) => value - state.residuals[i]!);
      model.learn(move, change);
      const isNearer = tried.distance < state.distance;
      failures = isNearer ? 0 : failures + 1;
      const factor = isNearer ? DAMPING.down : DAMPING.up;
      damping.value = Math.min(Math.max(damping.value * factor, DAMPING.least), DAMPING.most);
      if (isNearer) state = tried;
    }
    return state;
  }

  async function looked(point: Float32Array, target: Float32Array): Promise<State> {
    const [residuals] = await view.residuals([point], target);
    return { point, residuals: residuals!, distance: squared(residuals!) };
  }

  /** Stages of a way up to the one with index `end`, as long as they lead nearer. */
  async function follow(way: Way, end: number, target: Float32Array, options: GaussNewtonOptions) {
    while (way.next < end && !way.isOver) {
      throwIfAborted(options.signal);
      const settings = stages[way.next++]!;
      const before = way.state.distance;
      way.state = await stage(way.state, settings, target, way.damping, options);
      const gainsLittle = way.state.distance > before * (1 - LEAST_GAIN);
      const isWhole = settings.directions >= directions!.length;
      way.isOver = (isWhole && gainsLittle) || way.state.distance < (options.stopBelow ?? 0);
    }
  }

  return {
    async search(target, options = {}) {
      const { stopBelow = 0 } = options;
      const ways: Way[] = [];
      const nearestWay = () => ways.toSorted((a, b) => a.state.distance - b.state.distance)[0]!;
      for (const start of (await nearest(target, options.signal)).slice(0, starts)) {
        if (ways.length > 0 && nearestWay().state.distance < CLEAR) break;
        const state = await looked(start, target);
        const way = { state, damping: { value: DAMPING.first }, next: 0, isOver: false };
        ways.push(way);
        await follow(way, TRIAL, target, options);
      }
      for (const way of ways.toSorted((a, b) => a.state.distance - b.state.distance)) {
        const { distance } = nearestWay().state;
        if (distance < stopBelow || way.state.distance > distance * HOPELESS) break;
        await follow(way, stages.length, target, options);
      }
      return nearestWay().state;
    },
    async dispose() {
      await Promise.all([view.dispose(), gram.dispose()]);
    },
  };
}

/** Rows of equal length that are the same in every process. */
async function keptRows(
  engine: Engine,
  key: string | undefined,
  count: number,
  compute: () => Promise<readonly Float32Array[]>,
): Promise<readonly Float32Array[]> {
  const { rows } = await keptValues(engine, key, async () => {
    const computed = await compute();
    const all = new Float32Array(count * computed[0]!.length);
    for (const [k, row] of computed.entries()) all.set(row, k * row.length);
    return { rows: all };
  });
  return rowsOf(rows!, rows!.length / count);
}

function moved(
  point: Float32Array,
  along: readonly Float32Array[],
  lengths: ArrayLike<number>,
  space: SearchSpace,
): Float32Array {
  const result = point.slice();
  along.forEach((direction, k) => {
    for (let i = 0; i < result.length; i++) result[i]! += direction[i]! * lengths[k]!;
  });
  space.constrain(result);
  return result;
}

function squared(residuals: Float32Array): number {
  return residuals.reduce((sum, value) => sum + value * value, 0);
}

function rowsOf(values: Float32Array, dim: number): Float32Array[] {
  return Array.from({ length: values.length / dim }, (_, k) => values.slice(k * dim, (k + 1) * dim));
}
