import type { Command } from 'commander';
import { LOSS_NAMES, type LossName } from '../project/loss-spec.js';
import { addCommon, addEngine, malformed, text } from './options.js';
import type { Start } from './run.js';

/** `blend compare A B`. */
export function addCompare(program: Command, start: Start): void {
  const command = program
    .command('compare <a> <b>')
    .description('Shows how far two pictures are apart, in every metric that is possible here.')
    .option('--metric <names>', `only these: ${LOSS_NAMES.join(', ')}`, metricNames)
    .option('--trunk <file>', 'with --metric lpips-…: the network, a torchvision .pth', text('--trunk'))
    .option('--lin <file>', "with --metric lpips-…: the metric's own weights", text('--lin'))
    .option('--resize', 'bring the second picture to the size of the first one');
  addCommon(addEngine(command), { writes: false }).action((a: string, b: string, options) =>
    start(async (context) => (await import('./compare-command.js')).compareCommand(a, b, options, context)),
  );
}

function metricNames(list: string): LossName[] {
  const names = list.split(',').map((word) => {
    const name = LOSS_NAMES.find((known) => known === word.trim());
    if (name === undefined) throw malformed('--metric', LOSS_NAMES.join(', '), word);
    return name;
  });
  return [...new Set(names)];
}
