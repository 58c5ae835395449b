import { command } from '../command.js';
import { computing } from '../options/computing.js';
import { engineOptions } from '../options/engine.js';
import { classOption, seeds } from '../options/models.js';
import { flag } from '../options/option.js';
import { blendOutput, dryRun, force } from '../options/output.js';
import { sourceOf, sourceOptions } from '../options/source.js';
import { PROGRAMS } from './list.js';

const EXAMPLES = `
B, T and MODEL are paths of generators (safetensors, pickles of NVIDIA's tools, .pt of rosinality's), or names: of those
that come with the program (toonhead, pixelart, dylan), and of those that "blend models list" shows.

Examples:
  blend --base toonhead --transfer pixelart --swap 8 --preview preview.png
  blend sweep --base toonhead --transfer pixelart --out sweep.png
  blend plan recipe.yaml; blend recipe.yaml --out blend.safetensors
  blend --base ffhq.pkl --transfer ukiyoe.pkl --swap 16 --out blend.pkl
  blend render toonhead-pixelart-swap8.safetensors --seeds 0-3,85 --psi 0.7 --out faces

Exit codes: 0 done, 1 fault of the program, 2 wrong call, 3 bad input file, 4 cannot write, 5 done in part,
130 interrupted.`;

/**
 * Blending itself: `blend --base B --transfer T --swap R`, `blend RECIPE.yaml`. What it works with is loaded when it
 * is called: `blend --help` shows its options at once.
 */
export default command(PROGRAMS.blend, {
  examples: EXAMPLES,
  options: [
    ...sourceOptions,
    seeds,
    classOption,
    ...blendOutput,
    flag('--print-recipe', 'print the recipe that the options describe, and write nothing', 'out'),
    dryRun,
    force,
    ...engineOptions,
  ],
  async run([word], options, run) {
    const source = sourceOf(word, options);
    if (options.printRecipe) {
      const { recipe } = await import('../../app/plan.js');
      const { printRecipe } = await import('../../swap/recipe/file/print.js');
      const { document } = await recipe(source, { ...options, ...run });
      return { document, lines: printRecipe(document.recipe).trimEnd().split('\n') };
    }
    if (options.dryRun) return (await import('./plan.js')).planned(source, options, run);
    const { blend } = await import('../../app/blend.js');
    const { describePlan } = await import('../lines/plan-lines.js');
    const { document } = await blend(source, { ...computing(options), ...run });
    const { output, preview } = document;
    return {
      document,
      notes: [`blended: ${describePlan(document.plan, document.recipe)}`],
      lines: [output, ...(preview === undefined ? [] : [preview])],
    };
  },
});
