import type { LossName } from '../metric/loss-spec.js';
import { DEFAULT_PULL, DEFAULT_STEPS, type Profile, type SpaceName } from './profile.js';

/** How a picture is searched for. */
export interface SearchChoice {
  /** Quickly, or as StyleGAN2 published it (docs/projection.md); fast unless given. */
  readonly profile?: Profile;
  /** Steps of Adam: 100 in the fast profile, 1000 in the reference unless given. */
  readonly steps?: number;
  /** Of the random numbers in the search; 0 unless given. */
  readonly seed?: number;
  /** How pictures are compared: `auto`, `NAME`, or `NAME=WEIGHT,…`; the best that is here unless given. */
  readonly loss?: LossName | (string & {});
  /** One w for all layers, or one for each; W unless given. */
  readonly space?: SpaceName;
  /** How strongly w is drawn to the average; 0 unless given, in W+ 1e-4. */
  readonly pull?: number;
  /** Keep w only, and show it with the generator's own noise. */
  readonly discardNoise?: boolean;
  /** Then tune the generator itself by so many steps until it makes the picture; StyleGAN2 only. */
  readonly pivotal?: number;
}

/** The same with all that was left open filled in: what a result depends on. */
export interface SearchSettings {
  /** The ramps and the optimiser: docs/projection.md. */
  readonly profile: Profile;
  /** Steps of Adam. */
  readonly steps: number;
  /** Of the random numbers in the search. */
  readonly seed: number;
  /** Never `auto`: a result depends on which loss it was. */
  readonly loss: string;
  /** One w for all layers, or one for each. */
  readonly space: SpaceName;
  /** How strongly w is drawn to the average. */
  readonly pull: number;
  /** Whether only w is kept. */
  readonly discardNoise: boolean;
  /** Steps by which the generator is tuned. */
  readonly pivotal?: number;
}

/** @param loss what the choice came to: the `spec` of `chooseLoss` */
export function searchSettings(choice: SearchChoice, loss: string): SearchSettings {
  const { profile = 'fast', steps, seed = 0, space = 'w', pull, discardNoise, pivotal } = choice;
  return {
    profile,
    steps: steps ?? DEFAULT_STEPS[profile],
    seed,
    loss,
    space,
    pull: pull ?? DEFAULT_PULL[space],
    discardNoise: discardNoise === true,
    ...(pivotal === undefined ? {} : { pivotal }),
  };
}
