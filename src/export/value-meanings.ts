import type { GeneratorNetwork } from '../generator/generator.js';

/** What an input or output of an exported model is, with its range, in a line. */
export function meaningOf(name: string, { architecture, space }: GeneratorNetwork): string {
  switch (name) {
    case 'z':
      return 'unit normal numbers; those of a seed are numpy.random.RandomState(seed).randn(1, z_dim)';
    case 'label':
      return `one-hot class, 0..${architecture.classes - 1}`;
    case 'psi':
      return 'truncation: 1 leaves faces as they are, 0.7 makes them more typical, 0 is the average face';
    case 'cutoff':
      return `how many of the ${space.rows} rows of ws are truncated, a whole number`;
    case 'ws':
      return 'styles: a row for each layer, truncated';
    case 'image':
      return 'red, green, blue, about -1..1: a level is clamp(image * 127.5 + 128, 0, 255), cut to a whole number';
    default:
      return 'noise of this layer: unit normal numbers';
  }
}
