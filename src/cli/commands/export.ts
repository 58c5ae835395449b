import { basename } from 'node:path';
import { type ExportedModelDocument, exportModel } from '../../app/export.js';
import type { ExportCheck } from '../../export/check-export.js';
import type { ExportedValue } from '../../export/export-onnx.js';
import { EXPORTED_NOISE } from '../../export/synthesis-graph.js';
import { command } from '../command.js';
import { generatorNetwork, noiseMode } from '../options/models.js';
import { choice, flag, option, type Parser, withUsual } from '../options/option.js';
import { force, outFile } from '../options/output.js';
import { wholeNumber } from '../options/parsers.js';
import { grouped } from '../terminal/table.js';
import { COMMANDS } from './list.js';

const cutoff: Parser<number | 'input'> = (word, name) =>
  word === 'input' ? word : wholeNumber({ min: 0 })(word, name);

/** `blend export MODEL`: the generator as ONNX, with a page about its inputs and outputs beside it. */
export default command(COMMANDS.export, {
  options: [
    generatorNetwork,
    withUsual(
      noiseMode(
        "const makes the generator's own noise part of the model, input asks for it at every run",
        EXPORTED_NOISE,
      ),
      'const',
    ),
    option(
      '--cutoff <n>',
      'psi truncates only the first n layers; "input" asks for n at every run (default: all; 8 in StyleGAN)',
      'in',
      cutoff,
      { rare: true },
    ),
    outFile('the model to write, .onnx; a page about it is written beside it'),
    flag('--parts', 'mapping and synthesis as two models, OUT-mapping.onnx and OUT-synthesis.onnx', 'out'),
    choice(
      '--dtype <type>',
      'how weights are stored: f16 is half the size, pictures differ slightly (default: f32, with --half f16)',
      'out',
      ['f32', 'f16'],
    ),
    flag('--half', 'also compute the three highest resolutions in 16-bit floats (StyleGAN2)', 'out'),
    flag(
      '--check',
      'run the model in ONNX Runtime and compare its pictures with those of blend render',
      'out',
    ),
    force,
  ],
  async run([model], options, run) {
    const { document } = await exportModel(model, { ...options, ...run });
    const { models, readme, check } = document;
    return {
      document,
      notes: [...models.map(describe), ...(check === undefined ? [] : [describeCheck(check)])],
      lines: [...models.map(({ output }) => output), readme].filter((path) => path !== undefined),
    };
  },
});

function describe({ output = '', part, bytes, inputs, outputs }: ExportedModelDocument): string {
  const list = (values: readonly ExportedValue[]) =>
    values.map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  const shown = list(inputs.filter(({ name }) => !name.startsWith('noise.')));
  const maps = inputs.length - shown.length;
  const ins = [...shown, ...(maps === 0 ? [] : [`${maps} noise maps`])];
  return `${basename(output)}: ${part}, ${ins.join(', ')} -> ${list(outputs)}, ${grouped(bytes)} bytes`;
}

function describeCheck({ seeds, difference, levels }: ExportCheck): string {
  return `checked with seeds ${seeds.join(' and ')}: at most ${difference.toExponential(1)} from what blend render makes, ${levels} of 255 levels`;
}
