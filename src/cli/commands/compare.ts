import { compare } from '../../app/compare.js';
import { LOSS_NAMES, type LossName } from '../../metric/loss-spec.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { flag, option, type Parser } from '../options/option.js';
import { malformed, text } from '../options/parsers.js';
import { table } from '../terminal/table.js';
import { COMMANDS } from './list.js';

/** Digits that are printed: as many as 32-bit numbers have. `--json` has all. */
const DIGITS = 7;

/** `lpips-vgg,pixel`: metrics by name, each once. */
const metricNames: Parser<LossName[]> = (list, option) => {
  const names = list.split(',').map((word) => {
    const name = LOSS_NAMES.find((known) => known === word.trim());
    if (name === undefined) throw malformed(option, LOSS_NAMES.join(', '), word);
    return name;
  });
  return [...new Set(names)];
};

/** `blend compare A B`: how far two pictures are apart. */
export default command(COMMANDS.compare, {
  options: [
    option('--metric <names>', `only these: ${LOSS_NAMES.join(', ')}`, 'in', metricNames),
    flag('--resize', 'bring the second picture to the size of the first one', 'in'),
    option('--trunk <file>', 'with --metric lpips-…: the network, a torchvision .pth', 'in', text, {
      rare: true,
    }),
    option('--lin <file>', "with --metric lpips-…: the metric's own weights", 'in', text, { rare: true }),
    ...engineOptions,
  ],
  async run([a, b], options, run) {
    const { document } = await compare(a, b, { ...computing(options), ...run });
    const { metrics, psnr, absent } = document;
    const rows = metrics.map(({ metric, distance }) => [metric, distance.toPrecision(DIGITS)]);
    return {
      document,
      notes: absent.map(({ metric, reason }) => `${metric}: ${reason}`),
      lines: table(options.metric === undefined ? [...rows, ['PSNR', `${psnr.toFixed(2)} dB`]] : rows),
    };
  },
});
