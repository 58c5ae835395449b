import { mix } from '../../app/mix.js';
import { UsageError } from '../../errors.js';
import { NOISE_MODES } from '../../render/noise-modes.js';
import { parseSeeds } from '../../render/seeds.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { classOption, cutoff, generatorNetwork, noiseMode, psi } from '../options/models.js';
import { option, type Parser, required, withUsual } from '../options/option.js';
import { force, outPicture } from '../options/output.js';
import { COMMANDS } from './list.js';

/** Two for each resolution up to a million pixels. */
const MOST_STYLES = 39;

/** `0-6`, `4,5,8-11`: layers by their rows of ws. */
const styles: Parser<number[]> = (list, name) => {
  const found = parseSeeds(list);
  const wrong = found.find((style) => style > MOST_STYLES);
  if (wrong === undefined) return found;
  throw new UsageError('STYLES_OUT_OF_RANGE', `${name}: expected layers 0..${MOST_STYLES}, found ${wrong}`);
};

const seedList: Parser<number[]> = (list) => parseSeeds(list);

/** `blend mix MODEL`: faces of rows with some of the styles of those of columns. */
export default command(COMMANDS.mix, {
  options: [
    required(option('--rows <list>', 'seeds of the faces that are changed, such as 85,100', 'in', seedList)),
    required(option('--columns <list>', 'seeds of the faces whose styles are taken', 'in', seedList)),
    withUsual(
      option('--styles <list>', 'which layers take the style of the column', 'in', styles),
      [0, 1, 2, 3, 4, 5, 6],
      '0-6',
    ),
    psi,
    cutoff,
    classOption,
    withUsual(noiseMode("the generator's own, random, or none", NOISE_MODES), 'const'),
    generatorNetwork,
    outPicture,
    force,
    ...engineOptions,
  ],
  async run([model], options, run) {
    const { document } = await mix(model, { ...computing(options), ...run });
    return { document, lines: [options.out] };
  },
});
