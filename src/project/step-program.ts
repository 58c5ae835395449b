import type { GeneratorNetwork } from '../generator/generator.js';
import { noiseInputsOf } from '../generator/noise-layers.js';
import { add, gradients, input, type Program, program, scale } from '../graph/index.js';
import { type Loss, pyramidLoss } from '../metric/loss.js';
import { noiseRegulariser } from './noise.js';
import { type SearchSpace, searchSpaceOf } from './search-space.js';
import type { WStatistics } from './statistics.js';

export interface StepSettings {
  /** How pictures are compared. Default: the pyramid. */
  readonly loss?: Loss;
  /** Weight of the noise regulariser. Default: the loss's own. */
  readonly noiseWeight?: number;
  /** One-hot class [classes] of a conditional generator. */
  readonly label?: Float32Array;
}

/**
 * What a search in W+ is drawn back by: the mean squared distance of the rows from w_avg, in units of w's deviation.
 */
export interface Pull {
  readonly weight: number;
  readonly statistics: WStatistics;
}

/**
 * One step as a graph: a point [1, dim] of the space, noise maps and target in; picture, distance, loss and their
 * gradients out.
 */
export function stepProgram(
  network: GeneratorNetwork,
  { loss = pyramidLoss, noiseWeight, label }: StepSettings = {},
  space: SearchSpace = searchSpaceOf(network, label),
  pull?: Pull,
): Program {
  const { resolution } = network.architecture;
  const w = input('w', [1, space.dim]);
  const target = input('target', [1, 3, resolution, resolution]);
  const noise = noiseInputsOf(network.noiseLayers);
  const image = network.synthesis(space.latents(w), noise);
  const distance = loss.distance(image, target);
  const penalty = scale(noiseRegulariser([...noise.values()]), noiseWeight ?? loss.noiseWeight);
  const penalties =
    pull === undefined ? penalty : add(penalty, scale(space.spread(w, pull.statistics), pull.weight));
  const total = add(distance, penalties);
  const [toW, ...toNoise] = gradients(total, [w, ...noise.values()]);
  const noiseGradients = [...noise.keys()].map((layer, k) => [`gradient.noise.${layer}`, toNoise[k]!]);
  return program({ image, distance, total, 'gradient.w': toW!, ...Object.fromEntries(noiseGradients) });
}
