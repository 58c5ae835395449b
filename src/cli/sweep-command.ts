import { requireRendered, requireStyleGan2 } from '../checkpoint/checkpoint.js';
import { UsageError } from '../errors.js';
import type { LabelledModel } from '../explore/parameters.js';
import { renderCandidates } from '../explore/render-candidates.js';
import { type SweepGrid, sweepGrid } from '../explore/sweep.js';
import { curveHead } from '../render/curve-head.js';
import type { Picture } from '../render/picture.js';
import { resample } from '../render/resize.js';
import { contactSheet, type SheetShape, tileSide } from '../render/sheet.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { formatOf, writePicture } from '../render/write-picture.js';
import { requireSameShape } from '../swap/compare.js';
import type { Side } from '../swap/recipe.js';
import { chosenEngine } from './engine.js';
import { openNamed } from './named-models.js';
import { type CommonOptions, type EngineChoice, missing } from './options.js';
import type { Context, Outcome } from './outcome.js';
import { checkOutput } from './outputs.js';
import { type AxisChoice, axisOf, modelsOfAxis } from './sweep-axes.js';

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

/** `blend sweep`: one or two parameters of a blend in rows and columns; every swap of some seeds by default. */
export async function sweepCommand(options: SweepOptions, context: Context): Promise<Outcome> {
  const { out, force } = options;
  formatOf(out);
  const names = namesOf(options);
  const models = await openNamed([...names.base, ...names.transfer]);
  try {
    const paths = models.map(({ checkpoint }) => checkpoint.origin.path);
    const grid = planGrid(
      options,
      (name) => models[[...new Set([...names.base, ...names.transfer])].indexOf(name)]!,
      names,
    );
    await checkOutput(out, { force, inputs: paths });
    const sheet = await renderSheet(grid, options, context);
    await writePicture(out, sheet, { force });
    const { rowLabels: rows, columnLabels: columns } = grid;
    const document = {
      output: out,
      rows,
      columns,
      curves: grid.curves,
      width: sheet.width,
      height: sheet.height,
    };
    return { document, lines: [out] };
  } finally {
    await Promise.all(models.map(({ checkpoint }) => checkpoint.close()));
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
  const { columns, rows, swap, ramp, amount, structure, class: classIndex } = options;
  const [base, transfer] = [model(names.base[0]!), model(names.transfer[0]!)];
  for (const name of [...names.base, ...names.transfer])
    requireSameShape(base.checkpoint, model(name).checkpoint);
  const architecture = requireRendered(base.checkpoint);
  checkTruncation(architecture, options);
  labelOf(architecture, classIndex);
  requireSize(options, base);
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

/** A quick look needs a picture at every resolution. */
function requireSize({ size }: SweepOptions, { checkpoint }: LabelledModel): void {
  if (size === undefined) return;
  requireStyleGan2(checkpoint);
  const { resolution } = requireRendered(checkpoint);
  if (Number.isInteger(Math.log2(size)) && size >= 4 && size <= resolution) return;
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
  const columnHeads = grid.curves.map(curveHead);
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
