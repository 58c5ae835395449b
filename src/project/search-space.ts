import type { Engine } from '../engine/index.js';
import type { GeneratorNetwork } from '../generator/generator.js';
import type { RandomState } from '../generator/random-state.js';
import { broadcastTo, constant, reshape, type Tensor } from '../graph/index.js';
import { type WStatistics, wStatistics } from './statistics.js';

/** Where the projector looks: W, or Z for a generator without a mapping network. */
export interface SearchSpace {
  /** Numbers that are optimised: w_dim or z_dim. */
  readonly dim: number;
  /** Where points lie. */
  measure(engine: Engine): Promise<WStatistics>;
  /** Points to start from; the projector takes the one with the nearest picture. */
  starts(statistics: WStatistics, random: RandomState): Float32Array[];
  /** Brings a point back to where it may be, in place, after an update. */
  constrain(point: Float32Array): void;
  /** Latents [1, rows, dim] of a point [1, dim]. */
  latents(point: Tensor): Tensor;
  /** One row of latents of a point, a copy: what is saved and rendered. */
  row(point: Float32Array): Float32Array;
}

/** @param label one-hot class [classes] of a conditional generator */
export function searchSpaceOf(network: GeneratorNetwork, label: Float32Array | undefined): SearchSpace {
  return network.space.name === 'w' ? spaceW(network, label) : spaceZ(network, label);
}

/** Everything starts at the mean, and may go anywhere (StyleGAN2 appendix D). */
function spaceW(network: GeneratorNetwork, label: Float32Array | undefined): SearchSpace {
  const { rows, dim } = network.space;
  return {
    dim,
    measure: (engine) => wStatistics(network, engine, label),
    starts: ({ wAvg }) => [wAvg.slice()],
    constrain: () => {},
    latents: (w) => broadcastTo(reshape(w, [1, 1, dim]), [1, rows, dim]),
    row: (w) => w.slice(),
  };
}

/** Faces of Z that are looked at before the search starts from the nearest. */
const STARTS_IN_Z = 16;

/**
 * The sphere of radius sqrt(dim), on which a unit normal z lies very nearly; the network does not tell other radii
 * from it. Its centre is no face, and there are many valleys, so the search starts from the best of a few random faces.
 */
function spaceZ(
  { architecture, space, mapping }: GeneratorNetwork,
  label: Float32Array | undefined,
): SearchSpace {
  const { zDim } = architecture;
  const radius = Math.sqrt(zDim);
  const labelRow = label === undefined ? undefined : constant(label, [1, label.length]);
  const constrain = (z: Float32Array) => {
    const length = Math.sqrt(z.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) for (let i = 0; i < zDim; i++) z[i]! *= radius / length;
  };
  return {
    dim: zDim,
    measure: async () => ({ wAvg: new Float32Array(zDim), wStd: radius }),
    starts: (_, random) =>
      Array.from({ length: STARTS_IN_Z }, () => {
        const z = Float32Array.from(random.randn(zDim));
        constrain(z);
        return z;
      }),
    constrain,
    latents: (z) => reshape(mapping(z, labelRow), [1, 1, space.dim]),
    row: (z) => Float32Array.from([...z, ...(label ?? [])]),
  };
}
