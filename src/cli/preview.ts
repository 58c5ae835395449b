import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { modelLabel } from '../checkpoint/names.js';
import type { Picture } from '../render/picture.js';
import { contactSheet } from '../render/sheet.js';
import type { BlendRecipe } from '../swap/recipe.js';
import { chosenEngine } from './engine.js';
import type { EngineChoice } from './options.js';
import type { Context } from './outcome.js';
import { renderSeeds } from './render-seeds.js';

export interface PreviewModels {
  readonly base: string;
  readonly transfer: string;
  readonly ofBase: Checkpoint;
  readonly blended: Checkpoint;
  readonly ofTransfer: Checkpoint;
  readonly recipe: BlendRecipe;
  readonly options: EngineChoice & { readonly seeds: readonly number[]; readonly class?: number };
}

/** The same faces through base, blend and transfer model, one row each, as a labelled sheet. */
export async function preview(models: PreviewModels, { signal, terminal }: Context): Promise<Picture> {
  const { base, transfer, recipe, options } = models;
  const { seeds, class: classIndex } = options;
  const engine = await chosenEngine(options, terminal);
  const checkpoints = [models.ofBase, models.blended, models.ofTransfer];
  const progress = await terminal.progress({ label: 'preview', total: checkpoints.length * seeds.length });
  try {
    const rows: Picture[][] = [];
    for (const [i, checkpoint] of checkpoints.entries()) {
      const onPicture = (done: number) => progress.update(i * seeds.length + done);
      rows.push(await renderSeeds(checkpoint, engine, { seeds, classIndex, signal, onPicture }));
    }
    return await contactSheet({
      rows,
      rowLabels: [modelLabel(base), `swap ${recipe.swap}`, modelLabel(transfer)],
      columnLabels: seeds.map((seed) => `seed ${seed}`),
    });
  } finally {
    progress.finish();
  }
}
