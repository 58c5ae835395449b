import { resolutionsOf } from '../checkpoint/architecture.js';
import { type Checkpoint, requireRendered } from '../checkpoint/checkpoint.js';
import { modelLabel, openModel } from '../checkpoint/names.js';
import type { Picture } from '../render/picture.js';
import { contactSheet } from '../render/sheet.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { formatOf, writePicture } from '../render/write-picture.js';
import { blendCheckpoints } from '../swap/blend.js';
import { requireSameShape } from '../swap/compare.js';
import { completeRecipe } from '../swap/recipe.js';
import { chosenEngine } from './engine.js';
import type { CommonOptions, EngineChoice, RecipeChoice } from './options.js';
import type { Context, Outcome } from './outcome.js';
import { checkOutput } from './outputs.js';
import { renderSeeds } from './render-seeds.js';

interface SweepOptions extends CommonOptions, EngineChoice, RecipeChoice {
  readonly base: string;
  readonly transfer: string;
  readonly out: string;
  readonly seeds: readonly number[];
  readonly psi: number;
  readonly class?: number;
}

/** `blend sweep`: rows are seeds; columns the base, every swap from 4 px upwards, the transfer model. */
export async function sweepCommand(options: SweepOptions, context: Context): Promise<Outcome> {
  const { out, force } = options;
  formatOf(out);
  const models = [await openModel(options.base)];
  try {
    models.push(await openModel(options.transfer));
    const [base, transfer] = models as [Checkpoint, Checkpoint];
    requireSameShape(base, transfer);
    const architecture = requireRendered(base);
    checkTruncation(architecture, options);
    labelOf(architecture, options.class);
    await checkOutput(out, { force, inputs: [base.origin.path, transfer.origin.path] });
    const columns = columnsOf(base, transfer, options);
    const pictures = await renderColumns(columns, options, context);
    const sheet = await contactSheet({
      rows: options.seeds.map((_, row) => pictures.map((column) => column[row]!)),
      rowLabels: options.seeds.map((seed) => `seed ${seed}`),
      columnLabels: columns.map((column) => column.label),
    });
    await writePicture(out, sheet, { force });
    return {
      document: {
        output: out,
        rows: options.seeds,
        columns: columns.map((column) => column.label),
        width: sheet.width,
        height: sheet.height,
      },
      lines: [out],
    };
  } finally {
    await Promise.all(models.map((model) => model.close()));
  }
}

interface Column {
  readonly label: string;
  readonly checkpoint: Checkpoint;
}

function columnsOf(base: Checkpoint, transfer: Checkpoint, options: SweepOptions): Column[] {
  const swaps = resolutionsOf(base.architecture).map((swap) => ({
    label: `swap ${swap}`,
    checkpoint: blendCheckpoints(base, transfer, completeRecipe({ ...recipeParts(options), swap })),
  }));
  return [
    { label: modelLabel(options.base), checkpoint: base },
    ...swaps,
    { label: modelLabel(options.transfer), checkpoint: transfer },
  ];
}

function recipeParts({ ramp, structure }: SweepOptions): RecipeChoice {
  return ramp === undefined ? { structure } : { ramp, structure };
}

/** Column by column, so that one generator is in memory at a time. */
async function renderColumns(
  columns: readonly Column[],
  options: SweepOptions,
  { signal, terminal }: Context,
): Promise<Picture[][]> {
  const { seeds, psi, class: classIndex } = options;
  const engine = await chosenEngine(options, terminal);
  const progress = await terminal.progress({ label: 'sweep', total: columns.length * seeds.length });
  try {
    const pictures: Picture[][] = [];
    for (const [i, { checkpoint }] of columns.entries()) {
      const onPicture = (done: number) => progress.update(i * seeds.length + done);
      pictures.push(await renderSeeds(checkpoint, engine, { seeds, psi, classIndex, signal, onPicture }));
    }
    return pictures;
  } finally {
    progress.finish();
  }
}
