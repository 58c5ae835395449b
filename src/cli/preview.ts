import { render } from '../app/render.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Picture } from '../picture/picture.js';
import { contactSheet } from '../picture/sheet.js';
import type { Models } from '../swap/blend.js';
import { modelsOf, pairOfRecipe, type Recipe } from '../swap/recipe/recipe-model.js';
import { chosenEngine } from './engine.js';
import type { EngineChoice } from './options/options.js';
import type { Context } from './outcome.js';

export interface PreviewModels {
  readonly recipe: Recipe;
  readonly models: Models;
  readonly blended: Checkpoint;
  readonly options: EngineChoice & { readonly seeds: readonly number[]; readonly class?: number };
}

/** The same faces through the base, the blend and the other models, one row each, as a labelled sheet. */
export async function preview(
  { recipe, models, blended, options }: PreviewModels,
  { signal, terminal }: Context,
): Promise<Picture> {
  const { seeds, class: classIndex } = options;
  const engine = await chosenEngine(options, terminal);
  const [base, ...others] = modelsOf(recipe);
  const [ofBase, ...ofOthers] = [base!, ...others].map((name) => models.get(name)!);
  const checkpoints = [ofBase!, blended, ...ofOthers];
  const progress = await terminal.progress({ label: 'preview', total: checkpoints.length * seeds.length });
  try {
    const rows: Picture[][] = [];
    for (const [i, checkpoint] of checkpoints.entries()) {
      const onPicture = (done: number) => progress.update(i * seeds.length + done);
      rows.push(await render(checkpoint, { engine, seeds, classIndex, signal, onPicture }));
    }
    return await contactSheet({
      rows,
      rowLabels: [base!, blendLabel(recipe), ...others],
      columnLabels: seeds.map((seed) => `seed ${seed}`),
    });
  } finally {
    progress.finish();
  }
}

function blendLabel(recipe: Recipe): string {
  const { cut } = recipe;
  if (cut !== undefined) return `${cut.tool} ${cut.resolution}`;
  const pair = pairOfRecipe(recipe);
  return pair === undefined ? 'blend' : `swap ${pair.swap}`;
}
