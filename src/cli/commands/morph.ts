import { morph } from '../../app/morph.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { classOption } from '../options/models.js';
import { film, oneWay } from '../options/output.js';
import { searchOptions } from '../options/search.js';
import { sourceOf, sourceOptions } from '../options/source.js';
import { COMMANDS } from './list.js';

const EXAMPLES = `
PICTURE is what "blend project" has saved, or a picture: the centre square is taken and projected first.`;

/** `blend morph PICTURE`: a film from a picture's own projection to its counterpart in the blend. */
export default command(COMMANDS.morph, {
  examples: EXAMPLES,
  options: [...sourceOptions, classOption, ...film('4 seconds'), oneWay, ...searchOptions, ...engineOptions],
  async run([picture, recipe], options, run) {
    const source = sourceOf(recipe, options);
    const { document } = await morph(picture, source, { ...computing(options), ...run });
    return { document, lines: [document.output] };
  },
});
