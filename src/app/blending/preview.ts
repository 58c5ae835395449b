import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { Picture } from '../../picture/picture.js';
import { contactSheet } from '../../picture/sheet.js';
import type { Models } from '../../swap/blend.js';
import { modelsOf, othersOf } from '../../swap/recipe/recipe.js';
import type { Recipe } from '../../swap/recipe/schema.js';
import { render } from '../render.js';
import type { EngineChoice } from '../run/engine.js';
import type { Run } from '../run/run.js';

export interface PreviewOptions extends EngineChoice, Run {
  readonly seeds: readonly number[];
  readonly class?: number;
}

/** The same faces through the base, the blend and the other models, one row each, as a labelled sheet. */
export async function preview(
  {
    recipe,
    models,
    blended,
  }: { readonly recipe: Recipe; readonly models: Models; readonly blended: Checkpoint },
  options: PreviewOptions,
): Promise<Picture> {
  const { seeds, onProgress } = options;
  const [base, ...others] = modelsOf(recipe);
  const [ofBase, ...ofOthers] = [base!, ...others].map((name) => models.get(name)!);
  const checkpoints = [ofBase!, blended, ...ofOthers];
  const total = checkpoints.length * seeds.length;
  const rows: (readonly Picture[])[] = [];
  for (const [i, checkpoint] of checkpoints.entries()) {
    const { pictures } = await render(checkpoint, {
      ...options,
      onProgress: ({ done }) => onProgress?.({ stage: 'preview', done: i * seeds.length + done, total }),
    });
    rows.push(pictures);
  }
  return contactSheet({
    rows,
    rowLabels: [base!, blendLabel(recipe), ...others],
    columnLabels: seeds.map((seed) => `seed ${seed}`),
  });
}

/** `swap 8` for the paper's blend of two, else what there is room for. */
function blendLabel(recipe: Recipe): string {
  const { cut, models } = recipe;
  if (cut !== undefined) return `${cut.tool} ${cut.resolution}`;
  const [other, ...more] = othersOf(recipe);
  const alpha = other === undefined ? undefined : models[other]!.alpha;
  return more.length === 0 && typeof alpha === 'object' && 'swap' in alpha ? `swap ${alpha.swap}` : 'blend';
}
