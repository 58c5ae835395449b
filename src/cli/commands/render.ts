import { render } from '../../app/render.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import {
  classOption,
  cutoff,
  features,
  generatorNetwork,
  latents,
  noiseMode,
  psi,
  seeds,
} from '../options/models.js';
import { withUsual } from '../options/option.js';
import { force, out } from '../options/output.js';
import { COMMANDS } from './list.js';

export default command(COMMANDS.render, {
  options: [
    seeds,
    latents,
    psi,
    cutoff,
    classOption,
    noiseMode(
      "the generator's own, random (of the seed), or none (default: const, or the noise of --latents)",
      ['const', 'random', 'none'],
    ),
    ...features,
    generatorNetwork,
    withUsual(
      out(
        'a folder for files such as seed0085.png, or one picture (PNG, JPEG, WebP); several seeds make it a sheet',
      ),
      '.',
    ),
    force,
    ...engineOptions,
  ],
  async run([model], options, run) {
    const { document } = await render(model, { ...computing(options), ...run });
    const outputs = document.pictures.flatMap(({ output }) => output ?? []);
    return { document, lines: [...new Set(outputs)] };
  },
});
