import { resolutionsOf } from '../checkpoint/architecture/architecture.js';
import { requireRendered } from '../checkpoint/checkpoint.js';
import { type Engine, openEngine } from '../engine/index.js';
import type { SweepGrid } from '../explore/grid.js';
import { renderCandidates } from '../explore/render-candidates.js';
import { sweepGrid } from '../explore/sweep.js';
import type { Picture } from '../picture/picture.js';
import { contactSheet } from '../picture/sheet.js';
import type { SeedOptions } from '../render/renderer.js';
import type { RecipeFile } from '../swap/recipe/file-schema.js';
import { type RecipeAxis, recipeGrid } from './recipe-sweep.js';
import { type ModelSource, withModel } from './with-model.js';

interface SheetOptions extends SeedOptions {
  /** Rows, unless these are something else; then the first of them is the face. */
  readonly seeds: readonly number[];
  /** Opened for this call unless given. */
  readonly engine?: Engine;
  readonly onPicture?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Two generators through several swaps. */
export interface SwapSweepOptions extends SheetOptions {
  readonly base: ModelSource;
  readonly transfer: ModelSource;
  /** Columns between the base and the transfer model: every resolution unless given. */
  readonly swaps?: readonly number[];
}

/** A recipe, as an object or the path of one, while one or two of its parts vary. */
export interface RecipeSweepOptions extends SheetOptions {
  readonly recipe: RecipeFile | string;
  readonly columns: RecipeAxis;
  /** The seeds unless given. */
  readonly rows?: RecipeAxis;
}

export type SweepOptions = SwapSweepOptions | RecipeSweepOptions;

/**
 * Faces through every swap of two generators, or while any parts of a recipe vary, as one labelled picture. What pictures
 * have in common is computed once. Other parameters of a pair: `sweepGrid` and `renderCandidates`.
 * @throws as `openModel`, `sweepGrid`, `recipeGrid`, `renderCandidates`; AbortedError
 */
export async function sweep(options: SweepOptions): Promise<Picture> {
  if (!('recipe' in options)) return sweepOfSwaps(options);
  const { recipe, columns, rows, seeds, signal } = options;
  const axes = { columns, rows: rows ?? { part: 'seed', values: seeds } };
  const grid = await recipeGrid(recipe, { ...axes, seed: seeds[0]!, signal });
  try {
    return await sheetOf(grid, options);
  } finally {
    await grid.close();
  }
}

async function sweepOfSwaps(options: SwapSweepOptions): Promise<Picture> {
  return withModel(options.base, (base) =>
    withModel(options.transfer, async (transfer) => {
      const swaps = options.swaps ?? resolutionsOf(requireRendered(base));
      const grid = sweepGrid({
        fixed: {
          base: { name: 'base', checkpoint: base },
          transfer: { name: 'transfer', checkpoint: transfer },
        },
        seed: options.seeds[0]!,
        columns: { parameter: 'swap', values: swaps },
        rows: { parameter: 'seed', values: options.seeds },
        ends: true,
      });
      return sheetOf(grid, options);
    }),
  );
}

async function sheetOf(grid: SweepGrid, options: SheetOptions): Promise<Picture> {
  const { candidates, seeds, cells, rowLabels, columnLabels } = grid;
  const pictures = candidates.map((): Picture[] => []);
  const total = candidates.length * seeds.length;
  let done = 0;
  const engine = options.engine ?? (await openEngine({ signal: options.signal }));
  await renderCandidates(candidates, seeds, engine, options, (candidate, seed, picture) => {
    pictures[candidate]![seed] = picture;
    options.onPicture?.(++done, total);
  });
  const rows = cells.map((row) => row.map(({ candidate, seed }) => pictures[candidate]![seed]!));
  return contactSheet({ rows, rowLabels, columnLabels });
}
