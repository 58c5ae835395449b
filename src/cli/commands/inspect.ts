import { type InspectDocument, inspect } from '../../app/inspect.js';
import { OUTPUT_KEY, RECIPE_KEY } from '../../swap/recipe/recipe-keys.js';
import { command } from '../command.js';
import { fileLines, metadataLines, networkLines } from '../lines/inspect-lines.js';
import { outputLines, recipeLines } from '../lines/recipe-lines.js';
import { securityLines } from '../lines/security-lines.js';
import { statisticsLines } from '../lines/statistics-lines.js';
import { network } from '../options/models.js';
import { flag } from '../options/option.js';
import { COMMANDS } from './list.js';

/** `blend inspect MODEL`: what a file holds. */
export default command(COMMANDS.inspect, {
  options: [
    network(),
    flag('--tensors', 'also read every tensor: mean, deviation, range, and what is not finite', 'out'),
  ],
  async run([model], options, run) {
    const { document } = await inspect(model, { ...options, ...run });
    return { document, lines: linesOf(document) };
  },
});

function linesOf(document: InspectDocument): string[] {
  const { networks, networkNames, security, metadata, recipe, output } = document;
  return [
    ...fileLines(document),
    ...networks.flatMap((network) => [
      '',
      ...networkLines(network, networkNames.length > 1),
      ...statisticsLines(network.statistics),
    ]),
    ...(security === undefined ? [] : ['', ...securityLines(security)]),
    ...(recipe === undefined ? [] : ['', ...recipeLines(recipe), ...outputLines(output)]),
    ...metadataLines(metadata, { [RECIPE_KEY]: recipe, [OUTPUT_KEY]: output }),
  ];
}
