import { resolve } from 'node:path';
import { type RenderedArchitecture, resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { type Checkpoint, requireRendered, requireStyleGan2 } from '../checkpoint/checkpoint.js';
import { StyleganBlendError, UsageError } from '../errors.js';
import type { SweepGrid } from '../explore/grid.js';
import { renderCandidates } from '../explore/render-candidates.js';
import { checkOutput } from '../files/outputs.js';
import { curveHead } from '../picture/curve-head.js';
import type { Picture } from '../picture/picture.js';
import { resample } from '../picture/resize.js';
import { contactSheet, type SheetShape, tileSide } from '../picture/sheet.js';
import { formatOf, writePicture } from '../picture/write-picture.js';
import { parseSeeds } from '../render/seeds.js';
import { checkTruncation, labelOf } from '../render/styles.js';
import { checkRecipe } from '../swap/recipe/check-recipe.js';
import type { ModelShape } from '../swap/recipe/model-shape.js';
import type { Recipe } from '../swap/recipe/schema.js';
import { openBlendModels } from './blending/open-models.js';
import { openRecipe } from './blending/open-recipe.js';
import type { BlendSource, Change, OpenRecipe } from './blending/source.js';
import { chosenEngine, type EngineChoice } from './run/engine.js';
import { type Answer, Report, type Run } from './run/run.js';
import { openGrid, type SweepAxis } from './sweep-grid.js';

/** What varies, such as `swap`, `seed` or `pixelart.amount`; without values the usual ones. */
export interface AxisChoice {
  readonly part: string;
  /** As they would stand in a recipe; words are read as numbers where they are some. */
  readonly values?: readonly Change['value'][];
}

export interface SweepOptions extends EngineChoice, Run {
  /** What varies from left to right; the swap unless given. */
  readonly columns?: AxisChoice;
  /** What varies from top to bottom; the seed unless given. */
  readonly rows?: AxisChoice;
  /** Faces; the first one, where seeds do not vary. */
  readonly seeds?: readonly number[];
  /** A quick look: stop at this resolution, without what finer ones add. StyleGAN2 only. */
  readonly stopAt?: number;
  /** Truncation; 1 unless given. */
  readonly psi?: number;
  /** Class of conditional generators. */
  readonly class?: number;
  /** The sheet to write (PNG, JPEG, WebP). Without it nothing is written: the sheet is in the answer. */
  readonly out?: string;
  /** Replace a file that exists already. */
  readonly force?: boolean;
}

/** What `sweep` answers. */
export interface SweepDocument {
  /** The sheet. */
  readonly output?: string;
  /** Labels of the rows. */
  readonly rows: readonly string[];
  /** Labels of the columns. */
  readonly columns: readonly string[];
  /** Of each column: α by resolution, of each model that is blended in; more where rows change it. */
  readonly curves: SweepGrid['curves'];
  /** Of the sheet, in pixels. */
  readonly width: number;
  /** Of the sheet, in pixels. */
  readonly height: number;
}

export interface SweepAnswer extends Answer<SweepDocument> {
  /** The sheet. */
  readonly sheet: Picture;
}

/**
 * Faces while one or two parts of a pair or a recipe vary, as one labelled picture: every swap of six seeds unless
 * told otherwise. What pictures have in common is computed once.
 *
 * @throws as `openGrid`, `renderCandidates`; UsageError `SWEEP_SEEDS`, `SIZE_NOT_A_RESOLUTION`, `RECIPE_PART`;
 *   OutputError
 * @example const { sheet } = await sweep({ base: 'toonhead', transfer: 'pixelart' }, { seeds: [0, 1] });
 */
export async function sweep(source: BlendSource, options: SweepOptions = {}): Promise<SweepAnswer> {
  const report = new Report(options);
  const { out, force, signal } = options;
  if (out !== undefined) formatOf(out);
  const recipe = await openRecipe(source);
  const axes = await axesOf(recipe, options);
  await using grid = await openGrid(recipe, { ...axes, signal });
  requireRenderable(options, grid.candidates[0]!.checkpoint);
  const inputs = [...(typeof source === 'string' ? [source] : []), ...grid.files];
  if (out !== undefined) await checkOutput(out, { force, inputs });
  const sheet = await renderSheet(grid, options, report);
  if (out !== undefined) await writePicture(out, sheet, { force });
  const { rowLabels: rows, columnLabels: columns, curves } = grid;
  const { width, height } = sheet;
  return { ...report.answer({ output: out, rows, columns, curves, width, height }), sheet };
}

/** The face of sweeps without seeds, and the faces of those with. */
const USUAL_SEEDS: readonly number[] = [0, 1, 2, 3, 4, 5];

/** Values of a part that needs none given. */
const USUAL: Readonly<Record<string, readonly number[]>> = {
  ramp: [0, 0.5, 1, 2],
  width: [0.25, 0.5, 1, 2, 4],
  // Beyond 1 where the method permits it.
  amount: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5],
  level: [0, 1],
};

async function axesOf(recipe: OpenRecipe, options: SweepOptions) {
  const { columns = { part: 'swap' }, rows = { part: 'seed' } } = options;
  const isVaried = [columns, rows].some(({ part }) => part === 'seed');
  if (!isVaried && (options.seeds?.length ?? 1) > 1) {
    throw new UsageError(
      'SWEEP_SEEDS',
      `\`seeds\`: expected one seed where neither axis is seed, found ${options.seeds!.length}`,
    );
  }
  const seeds = options.seeds ?? (recipe.isPair ? undefined : (await recipe.job()).seeds);
  const axis = async (key: 'columns' | 'rows', { part, values }: AxisChoice): Promise<SweepAxis> => {
    if (part === 'seed') {
      const chosen = values === undefined ? (seeds ?? USUAL_SEEDS) : parseSeeds(values.join());
      return { part, values: chosen };
    }
    const whole = recipe.partOf(part);
    if (values !== undefined)
      return { part: whole, values: unique(values.map((value) => partValue(whole, value))) };
    const usual = await usualValues(whole, recipe);
    if (usual !== undefined) return { part: whole, values: usual };
    throw new UsageError('OPTION_MALFORMED', `\`${key}\`: expected values of ${part}, found none`, {
      hint: 'values follow after =, for example swap=4,8,16 or method=linear,slerp',
    });
  };
  return {
    columns: await axis('columns', columns),
    rows: await axis('rows', rows),
    seed: seeds?.[0] ?? 0,
    // The two models themselves frame a row of swaps.
    ends: recipe.isPair && columns.part === 'swap' && columns.values === undefined && rows.part === 'seed',
  };
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** As it would stand in the recipe; files are named from here, not from its folder. */
function partValue(part: string, value: Change['value']): Change['value'] {
  if (typeof value !== 'string') return value;
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(value)) return Number(value);
  if (value === 'true' || value === 'false') return value === 'true';
  const isFile = /\.(model|recipe)$/.test(part) && (/[/\\.]/.test(value) || part.endsWith('.recipe'));
  return isFile ? resolve(value) : value;
}

/** Those of the usual values with which the recipe can be carried out. */
async function usualValues(part: string, recipe: OpenRecipe): Promise<readonly number[] | undefined> {
  const key = part.split('.').at(-1)!;
  const isResolution = key === 'swap' || key === 'resolution' || key === 'window';
  const usual = isResolution ? [] : USUAL[key];
  if (usual === undefined) return undefined;
  // Any resolution will do to open the models of a pair whose swap is not said.
  const original = await recipe.job(isResolution && recipe.isPair ? [{ part, value: 4 }] : []);
  await using opened = await openBlendModels({ ...original, container: undefined }, { checkHashes: false });
  const [models] = opened.networks.values();
  const shapes = new Map([...models!].map(([name, { architecture }]) => [name, architecture]));
  const all = isResolution ? resolutionsOf(shapes.get(original.recipe.base)!) : usual;
  const possible: number[] = [];
  for (const value of all) {
    if (isPossible((await recipe.job([{ part, value }])).recipe, shapes)) possible.push(value);
  }
  return possible.length === 0 ? all : possible;
}

function isPossible(recipe: Recipe, shapes: ReadonlyMap<string, ModelShape>): boolean {
  try {
    checkRecipe(recipe, shapes);
    return true;
  } catch (error) {
    if (error instanceof StyleganBlendError) return false;
    throw error;
  }
}

/** Checks what options ask of a generator; a quick look needs a picture at every resolution. */
function requireRenderable(options: SweepOptions, checkpoint: Checkpoint): RenderedArchitecture {
  const architecture = requireRendered(checkpoint);
  checkTruncation(architecture, options);
  labelOf(architecture, options.class);
  const { stopAt } = options;
  if (stopAt === undefined) return architecture;
  requireStyleGan2(checkpoint);
  const { resolution } = architecture;
  if (Number.isInteger(Math.log2(stopAt)) && stopAt >= 4 && stopAt <= resolution) return architecture;
  throw new UsageError(
    'SIZE_NOT_A_RESOLUTION',
    `\`stopAt\`: expected a resolution of the model, 4..${resolution}, found ${stopAt}`,
  );
}

/** Pictures are kept as large as they will be on the sheet, and no larger. */
async function renderSheet(grid: SweepGrid, options: SweepOptions, report: Report): Promise<Picture> {
  const { candidates, seeds, cells, rowLabels, columnLabels } = grid;
  const { psi, stopAt: size, class: classIndex, signal } = options;
  const architecture = requireRendered(candidates[0]!.checkpoint);
  const columnHeads = grid.curves.map((curves, i) => curveHead(curves, grid.curveModels[i]));
  const shape: SheetShape = {
    ...{ rowLabels, columnLabels, columnHeads },
    rows: cells.length,
    columns: columnLabels.length,
    pictureSide: size ?? architecture.resolution,
  };
  const tile = tileSide(shape);
  const engine = await chosenEngine(options, report);
  const onPicture = report.stage('sweep', candidates.length * seeds.length);
  const pictures: Picture[][] = candidates.map(() => []);
  let done = 0;
  await renderCandidates(
    candidates,
    seeds,
    engine,
    { psi, classIndex, size, signal },
    async (c, s, picture) => {
      pictures[c]![s] = picture.width > tile ? await resample(picture, tile / picture.width) : picture;
      onPicture(++done);
    },
  );
  const rows = cells.map((row) => row.map(({ candidate, seed }) => pictures[candidate]![seed]!));
  return contactSheet({ rows, rowLabels, columnLabels, columnHeads });
}
