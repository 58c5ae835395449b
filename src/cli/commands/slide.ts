import { slide } from '../../app/slide.js';
import { command } from '../command.js';
import { slidingOptions } from '../options/alpha.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { base, classOption, psi, seedsOr, transfer } from '../options/models.js';
import { flag, required } from '../options/option.js';
import { film, oneWay } from '../options/output.js';
import { COMMANDS } from './list.js';

/** `blend slide`: a film in which the blend changes while the faces stay. */
export default command(COMMANDS.slide, {
  options: [
    required(base),
    required(transfer),
    ...slidingOptions,
    seedsOr('0'),
    psi,
    classOption,
    ...film('6 seconds'),
    oneWay,
    flag('--curve', 'draw α of each resolution above the faces', 'film'),
    ...engineOptions,
  ],
  async run(_, options, run) {
    const { document } = await slide(options.base, options.transfer, { ...computing(options), ...run });
    return { document, lines: [document.output] };
  },
});
