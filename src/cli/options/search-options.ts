import type { Command } from 'commander';
import { LOSS_NAMES, parseLossSpec } from '../../metric/loss-spec.js';
import {
  DEFAULT_PULL,
  DEFAULT_STEPS,
  PROFILES,
  type Profile,
  SPACES,
  type SpaceName,
} from '../../project/profile.js';
import { choice, number, wholeNumber } from './options.js';

const LARGEST_SEED = 0xffffffff;

/** How a picture is searched for. */
export interface SearchChoice {
  readonly profile: Profile;
  readonly steps?: number;
  readonly seed: number;
  readonly loss: string;
  readonly space: SpaceName;
  readonly pull?: number;
  readonly discardNoise?: true;
  readonly pivotal?: number;
}

/** The same with all that was left open filled in: what a result depends on. */
export function searchSettings(choice: SearchChoice) {
  const { profile, steps, seed, loss, space, pull, discardNoise, pivotal } = choice;
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

export type SearchSettings = ReturnType<typeof searchSettings>;

export function addProjectionOptions(command: Command): Command {
  command
    .addOption(
      choice('--profile <name>', 'how to search: quickly, or as StyleGAN2 published it', PROFILES).default(
        'fast',
      ),
    )
    .option(
      '--steps <n>',
      `steps of Adam: more are slower and come closer (default: ${DEFAULT_STEPS.fast}; reference ${DEFAULT_STEPS.reference})`,
      wholeNumber('--steps', { min: 1, max: 1_000_000 }),
    )
    .addOption(
      choice(
        '--space <name>',
        'one w for all layers, or one for each (closer, and harder to edit)',
        SPACES,
      ).default('w'),
    )
    .option(
      '--pull <weight>',
      `how strongly w is drawn to the average (default: 0; in w+ ${DEFAULT_PULL['w+']})`,
      number('--pull', { min: 0 }),
    )
    .option('--discard-noise', "keep w only, and show it with the generator's own noise")
    .option(
      '--seed <n>',
      'of the random numbers in the search',
      wholeNumber('--seed', { min: 0, max: LARGEST_SEED }),
      0,
    );
  return addLoss(command);
}

/** For commands that use the generator again in which a picture was found. */
export function addPivotal(command: Command): Command {
  return command.option(
    '--pivotal <n>',
    'then tune the generator itself by n steps until it makes the very picture: 350 are usual; StyleGAN2 only',
    wholeNumber('--pivotal', { min: 1, max: 1_000_000 }),
  );
}

export function addLoss(command: Command): Command {
  return command.option(
    '--loss <spec>',
    `how pictures are compared: ${LOSS_NAMES.join(', ')}, several as NAME=WEIGHT,…, or the best that is here`,
    lossSpec,
    'auto',
  );
}

/** Only checks the words: which weights there are shows when the loss is made. */
function lossSpec(spec: string): string {
  parseLossSpec(spec);
  return spec;
}
