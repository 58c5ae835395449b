import { type NoiseDocument, noise } from '../../app/noise.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { classOption, cutoff, generatorNetwork, noiseSeed, psi, seedsOr } from '../options/models.js';
import { option, withUsual } from '../options/option.js';
import { force, outPicture } from '../options/output.js';
import { wholeNumber } from '../options/parsers.js';
import { COMMANDS } from './list.js';

/** `blend noise MODEL`: what noise does to faces, in which layers, and how far it moves each pixel. */
export default command(COMMANDS.noise, {
  options: [
    seedsOr('0-2'),
    psi,
    cutoff,
    classOption,
    withUsual(
      option(
        '--draws <n>',
        'how often noise is drawn for the deviation',
        'in',
        wholeNumber({ min: 2, max: 100_000 }),
      ),
      20,
    ),
    noiseSeed('of the first draw'),
    option(
      '--split <resolution>',
      'the last coarse resolution (default: the lower half)',
      'in',
      wholeNumber(),
    ),
    generatorNetwork,
    outPicture,
    force,
    ...engineOptions,
  ],
  async run([model], options, run) {
    const { document } = await noise(model, { ...computing(options), ...run });
    return { document, notes: [summaryOf(document)], lines: [options.out] };
  },
});

function summaryOf({ seeds, draws, largestDeviation }: NoiseDocument): string {
  const mean = seeds.reduce((sum, { meanDeviation }) => sum + meanDeviation, 0) / seeds.length;
  return (
    `noise moves a pixel by ${mean.toPrecision(3)} levels of 255 on average, ` +
    `by ${largestDeviation.toPrecision(3)} at most (standard deviation over ${draws} draws)`
  );
}
