import { basename, extname } from 'node:path';
import { project } from '../../app/project.js';
import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { classOption, generatorNetwork } from '../options/models.js';
import { option } from '../options/option.js';
import { force, out, progressFilm } from '../options/output.js';
import { text } from '../options/parsers.js';
import { pivotal, searchOptions } from '../options/search.js';
import { COMMANDS } from './list.js';

/** `blend project MODEL PICTURE`: finds w and noise of a picture and saves them. */
export default command(COMMANDS.project, {
  options: [
    generatorNetwork,
    classOption,
    out('where to save them (default: PICTURE.safetensors here)'),
    option(
      '--tuned <file>',
      'with --pivotal: where to save the tuned generator (default: OUT-tuned.safetensors)',
      'out',
      text,
      { rare: true },
    ),
    progressFilm,
    force,
    ...searchOptions,
    pivotal,
    ...engineOptions,
  ],
  async run([model, picture], options, run) {
    const { out = `${basename(picture, extname(picture))}.safetensors` } = options;
    const { document } = await project(model, picture, { ...computing(options), ...run, out });
    const { distance, psnr, steps, pivotal: tuned, generator, film } = document;
    const near = (one: { distance: number; psnr: number; steps: number }) =>
      `distance ${one.distance.toPrecision(3)}, PSNR ${one.psnr.toFixed(1)} dB after ${one.steps} steps`;
    return {
      document,
      notes: [near({ distance, psnr, steps }), ...(tuned === undefined ? [] : [`tuned: ${near(tuned)}`])],
      lines: [out, generator, film].filter((path) => path !== undefined),
    };
  },
});
