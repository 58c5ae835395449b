import type { OpenGrid } from '../../app/recipe-sweep.js';
import { openNamed } from '../../app/shared/named-models.js';
import type { RenderedArchitecture } from '../../checkpoint/architecture/architecture.js';
import { type Checkpoint, requireRendered, requireStyleGan2 } from '../../checkpoint/checkpoint.js';
import { UsageError } from '../../errors.js';
import type { SweepGrid } from '../../explore/grid.js';
import type { LabelledModel } from '../../explore/parameters.js';
import { renderCandidates } from '../../explore/render-candidates.js';
import { sweepGrid } from '../../explore/sweep.js';
import { checkOutput } from '../../files/outputs.js';
import { curveHead } from '../../picture/curve-head.js';
import type { Picture } from '../../picture/picture.js';
import { resample } from '../../picture/resize.js';
import { contactSheet, type SheetShape, tileSide } from '../../picture/sheet.js';
import { formatOf, writePicture } from '../../picture/write-picture.js';
import { checkTruncation, labelOf } from '../../render/styles.js';
import { requireSameShape } from '../../swap/compare.js';
import type { Side } from '../../swap/recipe/recipe.js';
import { chosenEngine } from '../engine.js';
import { type CommonOptions, type EngineChoice, missing } from '../options/options.js';
import { type AxisChoice, axisOf, modelsOfAxis } from '../options/sweep-axes.js';
import type { Context, Outcome } from '../outcome.js';

interface SweepOptions extends CommonOptions, EngineChoice {
  readonly base?: string;
  readonly transfer?: string;
  readonly columns: AxisChoice;
  readonly rows: AxisChoice;
  readonly swap?: number;
  readonly ramp?: number;
  readonly amount?: number;
  readonly structure: Side;
  readonly out: string;
  readonly seeds?: readonly number[];
  readonly size?: number;
  readonly psi: number;
  readonly class?: number;
}

/** `blend sweep [RECIPE]`: one or two parameters of a blend in rows and columns; every swap of some seeds by default. */
export async function sweepCommand(
  recipe: string | undefined,
  options: SweepOptions,
  context: Context,
): Promise<Outcome> {
  const { out, force } = options;
  formatOf(out);
  const grid = recipe === undefined ? await gridOfPair(options) : await gridOf(recipe, options, context);
  try {
    await checkOutput(out, { force, inputs: grid.files });
    const sheet = await renderSheet(grid, options, context);
    await writePicture(out, sheet, { force });
    const { rowLabels: rows, columnLabels: columns, curves } = grid;
    const { width, height } = sheet;
    return { document: { output: out, rows, columns, curves, width, height }, lines: [out] };
  } finally {
    await grid.close();
  }
}

/** Options that say what a recipe says. */
const IN_RECIPE = ['base', 'transfer', 'swap', 'ramp', 'amount'] as const;

/** @throws UsageError `OPTIONS_EXCLUSIVE`, and as `gridOfRecipe` */
async function gridOf(path: string, options: SweepOptions, { signal }: Context): Promise<OpenGrid> {
  const other = IN_RECIPE.find((key) => options[key] !== undefined);
  if (other !== undefined) {
    throw new UsageError('OPTIONS_EXCLUSIVE', `--${other} and a recipe: expected one of them, found both`, {
      hint: `say it in ${path}, or vary it: --columns ${other}=…`,
    });
  }
  const grid = await (await import('../sweep-recipe.js')).gridOfRecipe(path, options, signal);
  try {
    requireRenderable(options, grid.candidates[0]!.checkpoint);
    return { ...grid, files: [path, ...grid.files] };
  } catch (error) {
    await grid.close();
    throw error;
  }
}

async function gridOfPair(options: SweepOptions): Promise<OpenGrid> {
  const names = namesOf(options);
  const models = await openNamed([...names.base, ...names.transfer]);
  const close = async () => void (await Promise.all(models.map(({ checkpoint }) => checkpoint.close())));
  try {
    const all = [...new Set([...names.base, ...names.transfer])];
    const grid = planGrid(options, (name) => models[all.indexOf(name)]!, names);
    return { ...grid, files: models.map(({ checkpoint }) => checkpoint.origin.path), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The models of each side: one, or those of an axis. */
function namesOf(options: SweepOptions): { base: string[]; transfer: string[] } {
  const of = (side: 'base' | 'transfer') => {
    const varied = [options.columns, options.rows]
      .filter(({ parameter }) => parameter === side)
      .flatMap(modelsOfAxis);
    if (varied.length > 0) return varied;
    const one = options[side];
    if (one === undefined) throw missing(`--${side}`, `name a generator, or several with --rows ${side}=A,B`);
    return [one];
  };
  return { base: of('base'), transfer: of('transfer') };
}

function planGrid(
  options: SweepOptions,
  model: (name: string) => LabelledModel,
  names: { base: readonly string[]; transfer: readonly string[] },
): SweepGrid {
  const { columns, rows, swap, ramp, amount, structure } = options;
  const [base, transfer] = [model(names.base[0]!), model(names.transfer[0]!)];
  for (const name of [...names.base, ...names.transfer])
    requireSameShape(base.checkpoint, model(name).checkpoint);
  const architecture = requireRenderable(options, base.checkpoint);
  const varied = [columns.parameter, rows.parameter];
  const seeds = options.seeds ?? (varied.includes('seed') ? [0, 1, 2, 3, 4, 5] : [0]);
  const usual = { seeds, architecture };
  const axes = {
    columns: axisOf('--columns', columns, usual, model),
    rows: axisOf('--rows', rows, usual, model),
  };
  if (swap === undefined && !varied.includes('swap') && (ramp !== undefined || varied.includes('ramp'))) {
    throw missing('--swap', 'a ramp needs a swap that it surrounds');
  }
  const seed = seeds[0]!;
  if (!varied.includes('seed') && seeds.length > 1) {
    throw new UsageError(
      'SWEEP_SEEDS',
      `--seeds: expected one seed where neither axis is seed, found ${seeds.length}`,
    );
  }
  // The two models themselves frame a row of swaps.
  const ends = columns.parameter === 'swap' && columns.values === undefined && rows.parameter === 'seed';
  return sweepGrid({ ...axes, fixed: { base, transfer, swap, ramp, amount, structure }, seed, ends });
}

/** Checks what options ask of a generator; a quick look needs a picture at every resolution. */
function requireRenderable(options: SweepOptions, checkpoint: Checkpoint): RenderedArchitecture {
  const architecture = requireRendered(checkpoint);
  checkTruncation(architecture, options);
  labelOf(architecture, options.class);
  const { size } = options;
  if (size === undefined) return architecture;
  requireStyleGan2(checkpoint);
  const { resolution } = architecture;
  if (Number.isInteger(Math.log2(size)) && size >= 4 && size <= resolution) return architecture;
  throw new UsageError(
    'SIZE_NOT_A_RESOLUTION',
    `--size: expected a resolution of the model, 4..${resolution}, found ${size}`,
  );
}

/** Pictures are kept as large as they will be on the sheet, and no larger. */
async function renderSheet(
  grid: SweepGrid,
  options: SweepOptions,
  { signal, terminal }: Context,
): Promise<Picture> {
  const { candidates, seeds, cells, rowLabels, columnLabels } = grid;
  const { psi, size, class: classIndex } = options;
  const architecture = requireRendered(candidates[0]!.checkpoint);
  const columnHeads = grid.curves.map((curves, i) => curveHead(curves, grid.curveModels[i]));
  const shape: SheetShape = {
    ...{ rowLabels, columnLabels, columnHeads },
    rows: cells.length,
    columns: columnLabels.length,
    pictureSide: size ?? architecture.resolution,
  };
  const tile = tileSide(shape);
  const engine = await chosenEngine(options, terminal);
  const progress = await terminal.progress({ label: 'sweep', total: candidates.length * seeds.length });
  const pictures: Picture[][] = candidates.map(() => []);
  let done = 0;
  try {
    await renderCandidates(
      candidates,
      seeds,
      engine,
      { psi, classIndex, size, signal },
      async (c, s, picture) => {
        pictures[c]![s] = picture.width > tile ? await resample(picture, tile / picture.width) : picture;
        progress.update(++done);
      },
    );
  } finally {
    progress.finish();
  }
  const rows = cells.map((row) => row.map(({ candidate, seed }) => pictures[candidate]![seed]!));
  return contactSheet({ rows, rowLabels, columnLabels, columnHeads });
}
