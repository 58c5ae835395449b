import { DEFAULT_OWN } from '../../compare/attribution.js';
import { LOSS_NAMES, type LossName } from '../../metric/loss-spec.js';
import type { Definition } from '../definition.js';
import { addClass, addCommon, addEngine, addNetwork, malformed, text, wholeNumber } from './options.js';
import { addLoss } from './search-options.js';

/** `blend compare A B`. */
export const compare: Definition = {
  usage: 'compare <a> <b>',
  description: 'Shows how far two pictures are apart, in every metric that is possible here.',
  define(command, start) {
    command
      .option('--metric <names>', `only these: ${LOSS_NAMES.join(', ')}`, metricNames)
      .option('--trunk <file>', 'with --metric lpips-…: the network, a torchvision .pth', text('--trunk'))
      .option('--lin <file>', "with --metric lpips-…: the metric's own weights", text('--lin'))
      .option('--resize', 'bring the second picture to the size of the first one');
    addCommon(addEngine(command), { writes: false }).action((a: string, b: string, options) =>
      start(async (context) =>
        (await import('../commands/compare.js')).compareCommand(a, b, options, context),
      ),
    );
  },
};

/** `blend attribute MODEL PICTURE…`. */
export const attribute: Definition = {
  usage: 'attribute <model> <picture...>',
  description: 'Tells whether a generator made pictures, by how near it comes to them and to its own.',
  define(command, start) {
    addClass(addLoss(addNetwork(command, ['G_ema', 'G'])))
      .option(
        '--own <n>',
        "how many of the generator's own pictures to compare with",
        wholeNumber('--own', { min: 2, max: 10_000 }),
        DEFAULT_OWN,
      )
      .option(
        '--steps <n>',
        "steps of the search (default: the projector's own)",
        wholeNumber('--steps', { min: 1, max: 1_000_000 }),
      );
    addCommon(addEngine(command), { writes: false }).action((model: string, pictures: string[], options) =>
      start(async (context) => {
        const { attributeCommand } = await import('../commands/attribute.js');
        return attributeCommand(model, pictures, options, context);
      }),
    );
  },
};

function metricNames(list: string): LossName[] {
  const names = list.split(',').map((word) => {
    const name = LOSS_NAMES.find((known) => known === word.trim());
    if (name === undefined) throw malformed('--metric', LOSS_NAMES.join(', '), word);
    return name;
  });
  return [...new Set(names)];
}
