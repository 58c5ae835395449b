import type { Command } from '../command.js';
import type { COMMANDS, MODELS_COMMANDS } from './list.js';

type Name = Exclude<keyof typeof COMMANDS, 'models'> | 'blend';

const MODULES: Readonly<Record<Name, () => Promise<{ readonly default: Command }>>> = {
  blend: () => import('./blend.js'),
  plan: () => import('./plan.js'),
  replay: () => import('./replay.js'),
  plot: () => import('./plot.js'),
  render: () => import('./render.js'),
  sweep: () => import('./sweep.js'),
  slide: () => import('./slide.js'),
  morph: () => import('./morph.js'),
  walk: () => import('./walk.js'),
  mix: () => import('./mix.js'),
  noise: () => import('./noise.js'),
  usage: () => import('./usage.js'),
  project: () => import('./project.js'),
  align: () => import('./align.js'),
  compare: () => import('./compare.js'),
  attribute: () => import('./attribute.js'),
  inspect: () => import('./inspect.js'),
  diff: () => import('./diff.js'),
  convert: () => import('./convert.js'),
  export: () => import('./export.js'),
  doctor: () => import('./doctor.js'),
};

/** The module of a command, which brings all that it works with. */
export async function loadCommand(name: Name): Promise<Command> {
  return (await MODULES[name]()).default;
}

export async function loadModelsCommands(): Promise<Readonly<Record<keyof typeof MODELS_COMMANDS, Command>>> {
  return (await import('./models.js')).default;
}
