import type { Engine } from '../engine/index.js';
import { UsageError } from '../errors.js';
import type { GeneratorNetwork } from '../generator/generator.js';
import { RandomState } from '../generator/random-state.js';
import { broadcastTo, constant, mean, reshape, scale, square, sub, type Tensor } from '../graph/index.js';
import type { SpaceName } from './profile.js';
import { KEPT_SAMPLES, type WStatistics, wStatistics } from './statistics.js';

/** Where the projector looks: W or W+, or Z for a generator without a mapping network. */
export interface SearchSpace {
  /** Numbers that are optimised: w_dim, rows · w_dim, or z_dim. */
  readonly dim: number;
  /** Where points lie; kept under `key` where the engine keeps such. */
  measure(engine: Engine, key?: string): Promise<WStatistics>;
  /** Points to start from; the projector takes the one with the nearest picture. */
  starts(statistics: WStatistics, random: RandomState): Float32Array[];
  /** Brings a point back to where it may be, in place, after an update. */
  constrain(point: Float32Array): void;
  /** Latents [n, rows, dim] of points [n, dim]. */
  latents(points: Tensor): Tensor;
  /**
   * Mean squared distance of the rows of a point [1, dim] from the average w, in units of the deviation; shape [1].
   */
  spread(point: Tensor, statistics: WStatistics): Tensor;
  /** Latents of a point, a copy: what is saved and rendered. One row, or all rows in W+. */
  row(point: Float32Array): Float32Array;
}

/**
 * @param label one-hot class [classes] of a conditional generator
 * @throws UsageError `SPACE_MEANINGLESS` for W+ of a generator that has no W
 */
export function searchSpaceOf(
  network: GeneratorNetwork,
  label: Float32Array | undefined,
  name: SpaceName = 'w',
): SearchSpace {
  if (network.space.name === 'w') return spaceW(network, label, name === 'w' ? 1 : network.space.rows);
  if (name === 'w') return spaceZ(network, label);
  throw new UsageError('SPACE_MEANINGLESS', 'space w+: expected none for a PGGAN, which has no W', {
    hint: 'leave out `space`',
  });
}

/**
 * Everything starts at the mean, and may go anywhere (StyleGAN2 appendix D).
 * @param searched rows that are searched: one, which all layers share, or as many as there are
 */
function spaceW(network: GeneratorNetwork, label: Float32Array | undefined, searched: number): SearchSpace {
  const { rows, dim } = network.space;
  return {
    dim: searched * dim,
    measure: (engine, key) => wStatistics(network, engine, label, key),
    starts: ({ wAvg }) => [repeated(wAvg, searched)],
    constrain: () => {},
    latents: (w) => broadcastTo(reshape(w, [w.shape[0]!, searched, dim]), [w.shape[0]!, rows, dim]),
    spread(w, { wAvg, wStd }) {
      const offset = sub(reshape(w, [searched, dim]), constant(wAvg, [1, dim]));
      return reshape(scale(mean(square(offset)), dim / wStd ** 2), [1]);
    },
    row: (w) => w.slice(),
  };
}

/** A row once for each of `count` rows. */
export function repeated(row: Float32Array, count: number): Float32Array {
  const rows = new Float32Array(row.length * count);
  for (let k = 0; k < count; k++) rows.set(row, k * row.length);
  return rows;
}

/** Faces of Z that are looked at before the search starts from the nearest. */
const STARTS_IN_Z = 16;
const SEED_IN_Z = 123;

/**
 * The sphere of radius sqrt(dim), on which a unit normal z lies very nearly; the network does not tell other radii
 * from it. Its centre is no face, and there are many valleys, so the search starts from the best of a few random
 * faces.
 */
function spaceZ(
  { architecture, space, mapping }: GeneratorNetwork,
  label: Float32Array | undefined,
): SearchSpace {
  const { zDim } = architecture;
  const radius = Math.sqrt(zDim);
  const labelRows = (count: number) =>
    label === undefined ? undefined : broadcastTo(constant(label, [1, label.length]), [count, label.length]);
  const constrain = (z: Float32Array) => {
    const length = Math.sqrt(z.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let i = 0; i < zDim; i++) z[i]! *= radius / length;
  };
  const sample = (random: RandomState) => {
    const z = Float32Array.from(random.randn(zDim));
    constrain(z);
    return z;
  };
  return {
    dim: zDim,
    async measure() {
      const random = new RandomState(SEED_IN_Z);
      const samples = new Float32Array(KEPT_SAMPLES * zDim);
      for (let k = 0; k < KEPT_SAMPLES; k++) samples.set(sample(random), k * zDim);
      return { wAvg: new Float32Array(zDim), wStd: radius, samples };
    },
    starts: (_, random) => Array.from({ length: STARTS_IN_Z }, () => sample(random)),
    constrain,
    latents: (z) => reshape(mapping(z, labelRows(z.shape[0]!)), [z.shape[0]!, 1, space.dim]),
    spread: () => constant([1], [1]),
    row: (z) => Float32Array.from([...z, ...(label ?? [])]),
  };
}
