import { replay } from '../../app/replay.js';
import { command } from '../command.js';
import { model } from '../options/models.js';
import { about } from '../options/option.js';
import { force, out } from '../options/output.js';
import { COMMANDS } from './list.js';

const WHERE =
  'where a model of the recipe is, or the container that it was written in place of; else they are looked for beside the file, here, and by name';

/** `blend replay FILE`: proves that a blend is what its recipe says. */
export default command(COMMANDS.replay, {
  options: [about(model, WHERE), out('also keep what was made'), force],
  async run([path], options, run) {
    const { document } = await replay(path, { ...options, ...run });
    const text = document.sameFile ? 'the same file, byte for byte' : 'the same tensors, bit for bit';
    return { document, lines: [`${path}: ${text} (${document.tensors} tensors)`] };
  },
});
