import type { Checkpoint } from '../checkpoint/checkpoint.js';

/** The generators that pictures are sent through. */
export interface ToonModels {
  /** In which pictures are found. */
  readonly base: Checkpoint;
  /** The same architecture as the base, so that a w of the base is a w of it. */
  readonly blend: Checkpoint;
  /** The same blend of another generator in the base's place; none of a finished blend. */
  readonly blendOf?: (base: Checkpoint) => Checkpoint;
}
