import type { Command } from 'commander';
import { MAX_ALIGNED_SIZE, MIN_ALIGNED_SIZE } from '../face/limits.js';
import type { Definition } from './definition.js';
import { EXPLORING } from './exploring.js';
import { addBlendOptions } from './options/blend-options.js';
import { attribute, compare } from './options/compare-options.js';
import { addFaceOptions } from './options/face-options.js';
import { models } from './options/models-options.js';
import {
  addClass,
  addCommon,
  addEngine,
  addFeatures,
  addNetwork,
  addPsi,
  choice,
  dtypeOption,
  modelFile,
  seedsOption,
  text,
  wholeNumber,
} from './options/options.js';
import { addPivotal, addProjectionOptions } from './options/search-options.js';

const plan: Definition = {
  usage: 'plan [recipe]',
  description: 'Says what a blend would be made of, and what it takes, without reading the weights.',
  define(command, start) {
    command.allowExcessArguments();
    addBlendOptions(command).action((_, options, command: Command) =>
      start(async (context) => (await import('./commands/blend.js')).planCommand(options, command, context)),
    );
  },
};

const replay: Definition = {
  usage: 'replay <file>',
  description: 'Makes a blend once more, by the recipe that it carries, and compares the two bit for bit.',
  define(command, start) {
    command
      .option(
        '--model <name=file>',
        'where a model of the recipe is, or the container that it was written in place of; else they are looked for beside the file, here, and by name',
        modelFile('--model'),
      )
      .option('--out <file>', 'also keep what was made', text('--out'));
    addCommon(command, { writes: true }).action((file: string, options) =>
      start(async (context) => (await import('./commands/replay.js')).replayCommand(file, options, context)),
    );
  },
};

const render: Definition = {
  usage: 'render <model>',
  description: 'Renders faces.',
  define(command, start) {
    command
      .addOption(seedsOption())
      .option(
        '--latents <file>',
        'render a w that "blend project" has saved, with its noise',
        text('--latents'),
      );
    addFeatures(addClass(addPsi(addNetwork(command, ['G_ema', 'G']))))
      .option(
        '--cutoff <n>',
        'truncate only the first n layers (default: all; 8 in StyleGAN)',
        wholeNumber('--cutoff', { min: 0 }),
      )
      .addOption(
        choice(
          '--noise <mode>',
          "the generator's own, random (of the seed), or none (default: const, or the noise of --latents)",
          ['const', 'random', 'none'],
        ),
      )
      .option(
        '--out <path>',
        'a folder for files such as seed0085.png, or one picture (PNG, JPEG, WebP); several seeds make it a sheet',
        text('--out'),
        '.',
      );
    addCommon(addEngine(command), { writes: true }).action((model: string, options) =>
      start(async (context) => (await import('./commands/render.js')).renderCommand(model, options, context)),
    );
  },
};

const project: Definition = {
  usage: 'project <model> <picture>',
  description: 'Finds the w and noise with which a generator makes a picture.',
  define(command, start) {
    addClass(addPivotal(addProjectionOptions(addNetwork(command, ['G_ema', 'G']))))
      .option('--out <file>', 'where to save them (default: PICTURE.safetensors here)', text('--out'))
      .option(
        '--tuned <file>',
        'with --pivotal: where to save the tuned generator (default: OUT-tuned.safetensors)',
        text('--tuned'),
      )
      .option(
        '--progress-film <file>',
        'a film of the search (WebP, GIF or, with ffmpeg, MP4)',
        text('--progress-film'),
      );
    addCommon(addEngine(command), { writes: true }).action((model: string, picture: string, options) =>
      start(async (context) =>
        (await import('./commands/project.js')).projectCommand(model, picture, options, context),
      ),
    );
  },
};

const align: Definition = {
  usage: 'align <photo|folder...>',
  description: 'Finds faces in photos and cuts them out as the pictures of FFHQ were.',
  define(command, start) {
    command.option(
      '--size <pixels>',
      'side of the results (default: 1024, or what --landmarks says)',
      wholeNumber('--size', { min: MIN_ALIGNED_SIZE, max: MAX_ALIGNED_SIZE }),
    );
    addFaceOptions(command)
      .option('--recursive', 'also take the photos in sub-folders')
      .option(
        '--out <path>',
        'a folder for files such as NAME-face.png, or NAME-face-2.png where there are several; or one picture (PNG, JPEG, WebP)',
        text('--out'),
        '.',
      );
    addCommon(command, { writes: true }).action((paths: string[], options) =>
      start(async (context) => (await import('./commands/align.js')).alignCommand(paths, options, context)),
    );
  },
};

const convert: Definition = {
  usage: 'convert <in> <out>',
  description: 'Writes a network in another form: .safetensors, .pt, or in place of a container.',
  define(command, start) {
    command.option(
      '--container <file>',
      'take the form, and all that is not converted, of this .pkl or .pt',
      text('--container'),
    );
    addNetwork(command)
      .addOption(dtypeOption())
      .option('--lossy', 'write although something is lost')
      .option('--dry-run', 'check, say what would be done, and write nothing');
    addCommon(command, { writes: true }).action((input: string, output: string, options) =>
      start(async (context) =>
        (await import('./commands/convert.js')).convertCommand(input, output, options, context),
      ),
    );
  },
};

const exporting: Definition = {
  usage: 'export <model>',
  description: 'Writes a generator as an ONNX model, for other programs and for browsers.',
  define(command, start) {
    command
      .requiredOption(
        '--out <file>',
        'the model to write, .onnx; a page about it is written beside it',
        text('--out'),
      )
      .option('--parts', 'mapping and synthesis as two models, OUT-mapping.onnx and OUT-synthesis.onnx')
      .addOption(
        choice(
          '--noise <mode>',
          "const makes the generator's own noise part of the model, input asks for it at every run",
          ['const', 'input', 'none'],
        ).default('const'),
      )
      .option(
        '--cutoff <n>',
        'psi truncates only the first n layers; "input" asks for n at every run (default: all; 8 in StyleGAN)',
        (word: string) => (word === 'input' ? word : wholeNumber('--cutoff', { min: 0 })(word)),
      )
      .option(
        '--fp16',
        'store weights as halves: half the size, computed in 32 bits, pictures differ slightly',
      )
      .option('--half', 'also compute the three highest resolutions in 16-bit floats (StyleGAN2)')
      .option('--check', 'run the model in ONNX Runtime and compare its pictures with those of blend render');
    addCommon(addNetwork(command, ['G_ema', 'G']), { writes: true }).action((model: string, options) =>
      start(async (context) => (await import('./commands/export.js')).exportCommand(model, options, context)),
    );
  },
};

const inspect: Definition = {
  usage: 'inspect <model>',
  description: 'Says what a file holds, what Python would have run to open it, and how it was blended.',
  define(command, start) {
    command.option('--tensors', 'also read every tensor: mean, deviation, range, and what is not finite');
    addCommon(addNetwork(command), { writes: false }).action((model: string, options) =>
      start(async (context) =>
        (await import('./commands/inspect.js')).inspectCommand(model, options, context),
      ),
    );
  },
};

const diff: Definition = {
  usage: 'diff <a> <b>',
  description: 'Says how far two networks are from each other, resolution by resolution.',
  define(command, start) {
    addCommon(addNetwork(command), { writes: false }).action((a: string, b: string, options) =>
      start(async (context) => (await import('./commands/diff.js')).diffCommand(a, b, options, context)),
    );
  },
};

const doctor: Definition = {
  usage: 'doctor',
  description: 'Says what this machine can compute with, and what it lacks.',
  define(command, start) {
    command.option('--clear-cache', 'forget the compiled generators that are kept; downloads stay');
    addCommon(command, { writes: false }).action((options) =>
      start(async (context) => (await import('./commands/doctor.js')).doctorCommand(options, context)),
    );
  },
};

/** The commands of `blend` beside blending itself, in the order of `--help`. */
export const COMMANDS: readonly Definition[] = [
  plan,
  replay,
  render,
  ...EXPLORING,
  project,
  align,
  convert,
  exporting,
  inspect,
  diff,
  compare,
  attribute,
  models,
  doctor,
];
