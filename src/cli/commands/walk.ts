import { walk } from '../../app/walk.js';
import { PATHS, WALK_NOISE } from '../../explore/walk.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import {
  classOption,
  cutoff,
  generatorNetwork,
  noiseMode,
  noiseSeed,
  psi,
  seedsOr,
} from '../options/models.js';
import { choice, flag, withUsual } from '../options/option.js';
import { film, oneWay } from '../options/output.js';
import { COMMANDS } from './list.js';

/** `blend walk MODEL`: a film that goes from face to face. */
export default command(COMMANDS.walk, {
  options: [
    seedsOr('0-3'),
    psi,
    cutoff,
    classOption,
    withUsual(noiseMode("the generator's own, drawn once, moving in a circle, or none", WALK_NOISE), 'const'),
    noiseSeed('of noise that is drawn'),
    generatorNetwork,
    ...film('2 seconds a face'),
    withUsual(
      choice(
        '--path <name>',
        'straight in W, along great circles of Z, or once around a circle in Z that two seeds span',
        'film',
        PATHS,
      ),
      'linear',
    ),
    oneWay,
    flag('--ease', 'slow down at every face', 'film'),
    ...engineOptions,
  ],
  async run([model], options, run) {
    const { document } = await walk(model, { ...computing(options), ...run });
    return { document, lines: [document.output] };
  },
});
